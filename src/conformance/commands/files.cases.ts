/** Cases for the commands that work on files and directories. */
export const FILE_CASES = String.raw`
stat -c '%n %s %a %A %F %h' abc dir/one
stat -c '%n %a %A %F' dir
stat -c '%u:%g %U %f [%8s] [%-8s] [%08a] %%' abc
+ sh -c 'touch -t 202001020304.05 x; TZ=UTC0 stat -c "%y %Y" x'
+ sh -c 'ln -s abc link; stat -c "%F %N" link; stat -L -c %F link; : > void; stat -c %F void'
sh -c 'stat -c %s nosuch abc 2>/dev/null'
sh -c 'find dir | sort'
sh -c 'find dir -type f | sort'
sh -c 'find dir -type d -print | sort'
sh -c 'find dir -name "*.txt" | sort'
sh -c 'find dir -name "t*" -type f | sort'
sh -c 'find dir ! -name "*.txt" | sort'
sh -c 'find dir -name one -o -name four.c | sort'
sh -c 'find dir \( -name one -o -name sub \) -print | sort'
sh -c 'find dir -path "*deep*" | sort'
sh -c 'find dir -name sub -prune -o -print | sort'
sh -c 'find dir -maxdepth 1 | sort'
sh -c 'find dir -mindepth 2 | sort'
sh -c 'find dir -size +5c -type f | sort'
sh -c 'find dir -size -6c -type f | sort'
sh -c 'find . -size 1 -name abc | sort'
sh -c 'find . -empty | sort'
sh -c 'find dir -type f -exec cat {} \; | sort'
sh -c 'find dir -type f -exec echo {} + | tr " " "\n" | sort'
sh -c 'find dir -type f -print0 | sort -z | tr "\0" "\n" | sort'
sh -c 'find dir -depth | tail -1'
sh -c 'find dir -newer nosuch' 
sh -c 'find dir -links 1 -type f | sort'
sh -c 'find dir -perm -200 -type f | sort'
sh -c 'find dir -mtime -1 -type f | sort'
sh -c 'find dir -mtime +1 -type f | sort'
sh -c 'find dir -user root -type f | sort'
sh -c 'find dir abc nosuch 2>/dev/null | sort'
sh -c 'find dir -name "[of]*" | sort'
sh -c 'find dir -type f -name one -exec false \; -o -name two.txt -print'
sh -c 'find dir -iname "TWO*"'
+ sh -c 'find dir -name "*.txt" -delete; find dir | sort'
+ sh -c 'find dir -type f -exec rm {} \; ; find dir | sort'
sh -c 'echo a b c | xargs'
sh -c 'echo a b c | xargs -n 1'
sh -c 'echo a b c d e | xargs -n 2 echo x'
sh -c 'printf "a b\nc d\n" | xargs -I {} echo "<{}>"'
sh -c 'printf "a b\nc\nd e\n" | xargs -L 2 echo'
sh -c 'printf "a b\0c\0" | xargs -0 -n 1 echo'
sh -c 'echo "a \"b c\" d\\ e" | xargs -n 1 echo'
sh -c 'printf "" | xargs echo hi'
sh -c 'printf "" | xargs -r echo hi'
sh -c 'echo 1 2 | xargs -t echo 2>/dev/null'
! sh -c 'echo a | xargs false'
sh -c 'ls | xargs -n 3 echo | head -2'
sh -c 'echo a b c | xargs -s 12 echo'
! sh -c 'echo a | xargs nosuchcommand 2>/dev/null'
/usr/bin/test -f abc
/usr/bin/test -d dir
/usr/bin/test -f dir
/usr/bin/test -e nosuch
/usr/bin/test -s empty
/usr/bin/test -s abc
/usr/bin/test -r abc
/usr/bin/test a = a
/usr/bin/test a != a
/usr/bin/test 5 -gt 3
/usr/bin/test 5 -lt 3
/usr/bin/test -n ''
/usr/bin/test -z ''
/usr/bin/test ! -f abc
/usr/bin/test -f abc -a -d dir
/usr/bin/test -f nosuch -o -d dir
/usr/bin/test '(' a = b ')' -o c = c
/usr/bin/test
/usr/bin/test x
/usr/bin/test abc -ef abc
! /usr/bin/test a -gt 3
/usr/bin/[ a = a ]
! /usr/bin/[ a = a
expr 1 + 2
expr 2 + 3 \* 4
expr '(' 2 + 3 ')' \* 4
expr 10 / 3
expr 10 % 3
expr 7 - 10
expr 5 '>' 3
expr 5 '<' 3
expr abc = abc
expr abc '<' abd
expr 10 '<' 9
expr abc : 'a\(.*\)'
expr abc : 'ab'
expr abc : 'b'
expr abc : 'x\(.\)'
expr length hello
expr substr hello 2 3
expr index hello l
expr 0 '|' 5
expr '' '|' x
expr 3 '&' 4
expr 3 '&' 0
expr a
expr 0
! expr 1 / 0
! expr 1 +
! expr a + 1
/usr/bin/printf '%s\n' a b c
/usr/bin/printf '%d %s|' 1 one 2 two
/usr/bin/printf '%5.2f|%-8s|%08d\n' 3.14159 ab 42
/usr/bin/printf '%x %X %o %c\n' 255 255 8 hello
/usr/bin/printf '%b\n' 'a\tb\n\0101'
/usr/bin/printf 'a\tb\101\n'
/usr/bin/printf '%s' 
/usr/bin/printf '%d\n' 0x1f 010 "'A" -5
/usr/bin/printf '%5s|%-5s|%.2s\n' abc abc abc
/usr/bin/printf '%e %g %g %g\n' 12345.678 0.0001 1e10 100000
/usr/bin/printf '%%|%i|%u\n' 3 4
/usr/bin/printf '%*d\n' 6 42
/usr/bin/printf 'x\cy'
/usr/bin/printf '%b' 'x\cy'
! /usr/bin/printf '%d\n' abc
/usr/bin/printf '%+d % d %+.1f\n' 5 5 2.55
/usr/bin/printf '%.0f %.0f %.0f %.1f\n' 0.5 1.5 2.5 0.25
/usr/bin/printf '%#x %#o\n' 255 8
/usr/bin/printf '%.3d|%8.3d\n' 5 5
/usr/bin/printf '%s %s\n' a
basename /usr/lib/libc.so .so
basename /usr/
basename / 
basename foo foo
dirname /usr/lib
dirname foo
dirname /
dirname a//b
seq 5
seq 2 5
seq 1 2 10
seq 10 -3 1
seq -w 1 10
seq 0.5 0.5 2
seq -s : 3
seq -f '%03g' 3
+ sh -c 'ln -s abc link; readlink link; readlink link2; echo $?'
+ sh -c 'ln -s dir d2; ln -s d2/one l1; cat l1; realpath l1 | sed "s|.*/||"; readlink l1'
+ sh -c 'truncate -s 3 abc; cat abc; truncate -s +2 abc; wc -c < abc | tr -d " "'
+ sh -c 'truncate -s 1k new; wc -c < new | tr -d " "'
+ sh -c 'f=$(mktemp tXXXXXX); test -f $f && echo ok; d=$(mktemp -d dXXXX); test -d $d && echo ok'
+ sh -c 'mkdir -p x/y/z; mkdir -m 700 w; ls -ld w | cut -c1-10; find x | sort'
+ sh -c 'mkdir a b; rmdir a; ls -d b; rmdir b; ls'
+ sh -c 'cp abc new; cmp abc new; cp -p abc p; cp abc dir; cat dir/abc' => new dir/abc
+ sh -c 'cp -r dir copy; find copy | sort; cat copy/sub/three.txt'
+ sh -c 'cp abc nonl dir; ls dir'
+ sh -c 'mv abc x; mv x dir; ls dir; ls abc 2>/dev/null; echo $?'
+ sh -c 'mv dir d2; find d2 | sort'
+ sh -c 'mv abc nonl dir; ls dir'
+ sh -c 'ln abc h; echo more >> h; tail -1 abc; ln -s abc s; cat s | wc -l | tr -d " ";
ls -l s | sed "s/.* s/s/"'
+ sh -c 'rm abc; ls abc 2>/dev/null; rm -r dir; ls dir 2>/dev/null; rm -f nosuch; echo $?'
+ sh -c 'chmod 640 abc; ls -l abc | cut -c1-10; chmod u+x,g-r,o=rw abc; ls -l abc | cut -c1-10'
+ sh -c 'chmod a=rx abc; ls -l abc | cut -c1-10; chmod g+s,+t abc; ls -l abc | cut -c1-9'
+ sh -c 'chmod -R go-rwx dir; ls -l dir | tail -n +2 | cut -c1-10; chmod u=g abc;
ls -l abc | cut -c1-10'
+ sh -c 'touch -t 202001020304.05 abc; ls -l abc | sed "s/.*Jan/Jan/"; touch -r abc nonl;
find . -newer abc -name nonl'
+ sh -c 'touch new; test -f new && echo yes; touch -c none; test -f none || echo no'
+ sh -c 'tee out < abc > out2; cat out out2; echo x | tee -a out; cat out'
+ sh -c 'echo a > f1; echo b >> f1; cat < f1'
ls
ls dir
ls -a dir
ls -1 dir
ls -F dir
ls -p dir
ls -d dir
ls -R dir
ls -r
ls abc dir
ls -m dir
~ ls -x -w 80 dir
ls -S dir/sub dir/two.txt
! ls nosuch
`;

export const GZIP_CASES = String.raw`
+ sh -c 'gzip abc; ls abc* ; gunzip abc.gz; cat abc' => abc
+ sh -c 'gzip -k abc; ls abc*; gzip -cd abc.gz | cmp - abc'
+ sh -c 'gzip -c abc > x.gz; gzip -t x.gz; echo $?; gzcat x.gz 2>/dev/null || zcat x.gz'
+ sh -c 'gzip < noisy | gunzip | cmp - noisy; echo $?'
+ sh -c 'gzip -r dir; find dir | sort; gunzip -r dir; find dir | sort'
+ sh -c 'gzip abc; echo new > abc; gunzip abc.gz < /dev/null 2>/dev/null; echo $?; cat abc'
! gunzip abc
! gzip nosuch
! gunzip nosuch.gz
`;

export const DD_CASES = String.raw`
+ sh -c 'dd if=abc of=copy; cmp abc copy' => copy
+ sh -c 'dd if=bytes of=copy bs=7 count=3' => copy
+ sh -c 'dd if=bytes of=copy bs=16 skip=2 seek=1' => copy
+ sh -c 'printf 0123456789 > copy; printf abc | dd of=copy bs=1 seek=4 conv=notrunc' => copy
+ sh -c 'printf 0123456789 > copy; printf abc | dd of=copy bs=1 seek=4' => copy
sh -c 'printf abcdefg | dd conv=swab'
sh -c 'printf "Hello, World" | dd conv=ucase'
sh -c 'printf "Hello, World" | dd conv=lcase bs=5'
sh -c 'printf "ab
cdefg

x" | dd conv=block cbs=4'
sh -c 'printf "ab  cdef    x" | dd conv=unblock cbs=4'
sh -c 'printf abc | dd ibs=5 conv=sync | od -c'
sh -c 'dd if=bytes ibs=3 obs=5 | cmp - bytes'
sh -c 'dd if=noisy bs=1k count=2 skip=1 | cksum'
sh -c 'dd if=bytes bs=2x4 count=2 | cksum'
sh -c 'dd if=abc bs=1 2>&1 >/dev/null | head -n 2'
sh -c 'dd if=bytes bs=100 2>&1 >/dev/null | head -n 2'
sh -c 'printf "abcdef
x
" | dd conv=block cbs=3 2>&1 >/dev/null | head -n 2'
sh -c '(printf abc; sleep 0.2; printf def) | dd bs=6 iflag=fullblock count=1'
dd if=empty
! dd if=nosuch
! dd of=dir
! dd bs=0
! dd bs=x
! dd conv=nosuch
! dd frob
`;

export const MORE_CASES = String.raw`
base64 abc
base64 bytes
base64 -w 20 text
base64 -w 0 abc
base64 < empty
sh -c 'base64 bytes | base64 -d | cmp - bytes'
! sh -c 'echo "a*b" | base64 -d'
pr -t abc
pr -t -n abc
~ pr -t -2 hundred
pr -t -d abc
pr -t -o 4 abc
pr -t -n:3 abc
`;
