/** Cases for awk. The judge is mawk; what POSIX leaves open (order of `for in`) is avoided. */
export const AWK_CASES = String.raw`
awk '{print}' abc
awk '{print $1}' text
awk '{print NF, $NF}' text
awk 'END{print NR}' hundred
awk -F: '{print $1, $NF}' colon
awk -F: -v OFS=- '{print $1,$3}' colon
awk 'BEGIN{FS=":"}{print $6}' colon
awk '/a$/' abc
awk '!/a$/' abc
awk 'NR==2,NR==4' abc
awk '/beta/,/delta/{print NR": "$0}' abc
awk 'NR%2' hundred
awk '{s+=$1}END{print s, s/NR}' hundred
awk '{n[$1]++}END{print n["apple"], n["date"]}' noisy
awk '{a[NR]=$0}END{for(i=NR;i>0;i--)print a[i]}' abc
awk 'length>5' abc
awk '{print length(), length($1)}' text
awk '{print substr($0,3)}' abc
awk '{print substr($0,2,3)}' abc
awk '{print index($0,"a")}' abc
awk '{print toupper($0) tolower($0)}' abc2
awk '{gsub(/a/,"<&>");print}' abc
awk '{n=gsub("o","0");print n,$0}' text
awk '{sub(/a/,"\\&");print}' abc
awk '{gsub(/x*/,"-");print}' abc
awk '{gsub(/$/,"!");print}' abc
awk '{gsub(/^/,">");print}' abc
awk '{print match($0,/o+/),RSTART,RLENGTH}' text
awk 'BEGIN{n=split("a:b:c",x,":");print n,x[1],x[3]}'
awk 'BEGIN{n=split("  a b  c ",x);print n,x[1],x[3]}'
awk 'BEGIN{n=split("a1b22c",x,/[0-9]+/);print n,x[2],x[3]}'
awk 'BEGIN{n=split("",x);print n, length(x)}'
awk 'BEGIN{printf "%d %5d|%-5d|%05d %x %o\n",1,2,3,4,255,8}'
awk 'BEGIN{printf "%c %c %s %e %.2f %g\n","hello",65,"str",1234.5,3.14159,1e10}'
awk 'BEGIN{printf "%*d|%-*s|\n",5,42,6,"ab"}'
awk 'BEGIN{printf "%5.2s|%%|\n","abc"}'
awk 'BEGIN{print 1/3, 100000*100000, 1e6, 1e20, 0.1+0.2, 3.0, -0.5}'
awk 'BEGIN{print 2^10, 2**3, 7%3, -7%3, 2^-1, -2^2}'
awk 'BEGIN{print 1==1.0, "a"<"b", "10"<"9", 10<9, "abc">"abd"}'
awk '{print ($1>5)}' nums
awk '{print $1==2, $1=="2"}' nums
awk 'BEGIN{x; print x+0, x "", length(x), (x==0), (x=="")}'
awk 'BEGIN{print 1 " " 2, 1+2 "" 3, -1 " " -1}'
awk 'BEGIN{a["x"]=1; print ("x" in a), ("y" in a); delete a["x"]; print ("x" in a)}'
awk 'BEGIN{a[1,2]=3; for(k in a){split(k,p,SUBSEP);print p[1],p[2]}; print ((1,2) in a)}'
awk 'function f(n){return n<2?1:n*f(n-1)} BEGIN{print f(10)}'
awk 'function fib(n){return n<2?n:fib(n-1)+fib(n-2)} BEGIN{print fib(15)}'
awk 'function fill(a,n, i){for(i=1;i<=n;i++)a[i]=i*i} BEGIN{fill(s,5);print s[5],s[1]}'
awk 'function g(a){a["k"]="v"} function h(b){g(b)} BEGIN{h(z);print z["k"]}'
awk 'function noret(){x=5} BEGIN{v=noret();print "[" v "]", x}'
awk 'function loc(a, b){b=a;return b+1} BEGIN{b=7;print loc(1),b}'
awk 'BEGIN{i=5;print i++ + ++i, i--, --i, i}'
awk 'BEGIN{x=1;x+=2;x*=3;x-=1;x/=2;x%=3;x^=2;print x}'
awk 'BEGIN{while(i<5){i++;if(i==2)continue;if(i==4)break;print i}}'
awk 'BEGIN{do{print ++n}while(n<3)}'
awk 'BEGIN{for(;;){if(++n>3)break};print n}'
awk 'BEGIN{for(i=0;i<3;i++)for(j=0;j<2;j++)print i,j}'
awk '{if($1~/^a/)print "A";else if(/b/)print "B";else print "-"}' abc
awk 'NR==1{next}{print}' abc
awk '{print;exit}' abc
awk '{exit 3}END{print "end"}' abc
awk 'BEGIN{exit 1}END{print "never"}' abc
awk 'BEGIN{getline;print "got " $0;getline x;print x, NR}' abc
awk 'BEGIN{while((getline l < "abc")>0)n++;print n;close("abc");getline l < "abc";print l}'
awk 'BEGIN{print (getline l < "nosuch")}'
awk '{$2="X";print;print NF}' text
awk '{$7="end";print}' abc
awk '{NF=2;print}' text
awk '{$0="a b c";print $2,NF}' abc
awk 'BEGIN{$3="c";print;print NF}'
awk '{$1=$1;print}' blanks
awk -v x=5 'BEGIN{print x+1}'
awk -v 's=a\tb' 'BEGIN{print s}'
awk '{print v,$1}' v=1 abc v=2 nonl
awk 'BEGIN{RS=""}{print NR": "$1" "NF}' text
awk 'BEGIN{RS="";FS="\n"}{print $1"|"$2}' text
awk 'BEGIN{RS=":"}{print NR,$0}' colon
awk 'BEGIN{RS=";"}END{print NR}' text
awk 'BEGIN{ORS="|";OFS=","}{print $1,NR}' abc
awk 'BEGIN{OFMT="%.2f";CONVFMT="%.3f";x=3.14159;print x;print x ""}'
awk 'BEGIN{print length("hello"), length(12345)}'
awk 'BEGIN{print substr("hello",2,100) substr("hello",10)}'
awk 'BEGIN{print int(3.9),int(-3.9),sqrt(16),exp(0),log(1),sin(0),cos(0),atan2(0,-1)}'
awk 'BEGIN{printf("%s %d\n","paren",3)}'
awk 'BEGIN{print "a" > "/dev/stdout"}'
+ awk '{print > ($1 ".out")}' abc => alpha.out epsilon.out
+ awk '{print NR > "o1"; print $0 >> "o2"}' abc => o1 o2
+ awk 'BEGIN{print "x" > "f"; close("f"); while((getline l<"f")>0)print "read " l}' => f
awk 'BEGIN { "echo hi there" | getline; print $2 }'
awk 'BEGIN { "echo a; echo b" | getline x; "echo a; echo b" | getline y; print x y }'
awk '{print | "sort -r"}' abc
awk 'BEGIN{print "b\na" | "sort"; close("sort"); print "after"}'
awk 'BEGIN{r=system("exit 3");print r}'
awk 'BEGIN{system("echo sys");print "after"}'
awk 'BEGIN { if (!("x" in ENVIRON)) print "no"; print ENVIRON["HOME"] }'
awk 'BEGIN{print ARGC, ARGV[1], ARGV[2]}' one two
awk 'BEGIN{ARGV[1]="abc"}{print}' nosuch
awk 'END{print $0, NF}' abc
awk '{print FILENAME, FNR, NR}' abc nonl
awk '$1 ~ "^[a-c]"' abc
awk '$2 >= 500 {c++} END{print c}' noisy
awk '{w[length($1)]=w[length($1)] " " $1} END{print w[5]; print w[6]}' noisy
awk -F, '{print $1}' text
awk -F'[:/]' '{print $1,NF}' colon
awk -F'\t' '{print $2}' tabs
awk -F '|' '{print NF}' colon
awk 'BEGIN{print substr("x",1,0) "|" index("abc","") "|"}'
awk 'BEGIN{print "a\\b\"c\/d"}'
awk '/\//' code
awk '/[/]/' colon
awk '{ sub(/[^:]*:/, ""); print }' colon
awk 'BEGIN { print length() }' abc
awk '{ print NR ": " $0 }
END { print "total", NR }' abc
awk 'BEGIN { x = "A"; y = x x; print y y
  if (1)
    print "yes"
  else
    print "no"
}'
awk '
function max(a, b) {
  return a > b ? a : b
}
{ m = max(m, $2) }
END { print m }' noisy
awk '{ $3 = ""; print }' noisy
awk 'BEGIN{printf "%s", "no newline"}'
awk 'BEGIN{print -3 % 2, 5 % -3, 1e3, "0x1A"+0, "3abc"+1, ".5."+0}'
awk 'BEGIN{print (1>2) ? "a" : "b"}'
awk 'BEGIN{print !0, !1, !"", !"a", - -3, !x}'
awk 'BEGIN{a="10";b=9;print (a>b), (a+0>b)}'
awk '$1>$2' sorted1
awk 'BEGIN{print substr("hello", 2)
print tolower("AB")}'
awk '{print $(NF-1)}' noisy
awk '{i=1; print $i++, i}' abc
awk 'BEGIN{x["a"]=1;delete x;n=0;for(k in x)n++;print n}'
awk '/^$/{e++}END{print e+0}' blanks
awk 'BEGIN{while(("cat abc" | getline line) > 0) print "<" line ">"}'
awk 'BEGIN{print toupper(substr("abc",1,1)) substr("abc",2)}'
awk 'BEGIN { for (i = 1; i <= 3; i++) { s = s i; if (i == 2) { s = s "!" } } print s }'
awk 'NR==FNR{a[$1]=$2;next} $1 in a{print $1,a[$1],$2}' sorted1 sorted2
awk 'BEGIN{srand(1);a=rand();srand(1);b=rand();print (a==b),(a<1),(a>=0)}'
awk '{a[$1]=a[$1]","$2}END{print a["Fig"]}' noisy
! awk '{print' abc
! awk 'BEGIN{print 1/0}'
! awk -f nosuch abc
`;
