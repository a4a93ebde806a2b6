/** Cases for grep and sed. */
export const GREP_CASES = String.raw`
grep a abc
grep -v a abc
grep -c a abc
grep -n ta abc
grep -i beta abc abc2
grep -h beta abc abc2
grep -H beta abc
grep -l a abc abc2 hundred
grep -q a abc
grep zzz abc
grep -q zzz abc
! grep a nosuch abc
! grep -s a nosuch
grep -x beta abc
grep -w foo text
grep -w bar text
grep -o 'foo[a-z]*' text
grep -on o text
grep -e alpha -e gamma abc
grep -E 'alpha|gamma' abc
egrep '(foo|bar)+' text
grep -F . text
fgrep -x 'The end.' text
grep -F -e foo -e baz text
grep '^$' text
grep -c '' blanks
grep '[[:upper:]]' text
grep '[^a-z]$' text
grep '\(foo\).*\1' text
grep 'o\{2,\}' text
grep -E 'o{2,}' text
grep -E '^.{1,5}$' abc
grep -A 1 beta abc
grep -B 1 delta abc
grep -C 1 gamma abc
grep -n -C 1 -e alpha -e epsilon abc
grep -A1 -B1 5 hundred
grep -2 50 hundred
grep -vn a abc
grep -f abc abc2
grep -vf abc abc2
grep -c -v a abc abc2
grep -io BETA abc abc2
grep -nw 'the' text
grep -ni 'THE' text
grep last nonl
grep -c . nonl
grep '\.' text
grep -E 'a|b|c|d|e|f' abc
grep -E '(a|b)*c' code
grep -o 'b*' abc
grep -E '\<f' text
grep 'f\>' text
grep '\bfoo\b' text
grep a < abc
grep -r three dir
grep -hr two dir
grep -E '[0-9]+(\.[0-9]+)?' nums
grep -E '^-?[0-9]+$' nums
grep -i 'THE.*DOG' text
grep 'a*' empty
grep -E '' abc
grep -F '' abc
grep '^a\|^g' abc
grep -n '^' nonl
grep x long
grep -c 'word ' long
grep -xF -e beta -e gam abc
grep -w -o 'foo\|bar' text
grep '[]]' code
grep '\*' code
grep '\\n' code
grep -E '\(' code
`;

export const SED_CASES = String.raw`
sed s/a/X/ abc
sed s/a/X/g abc
sed s/a/X/2 abc
sed 's/a/X/2g' abc
sed -n s/beta/B/p abc
sed -n 2p abc
sed -n '2,4p' abc
sed -n '$p' abc
sed 2d abc
sed '2,$d' abc
sed '/beta/,/delta/d' abc
sed -n '/beta/,/delta/p' abc
sed '/a/!d' abc
sed -n '/gamma/,+1p' abc
sed 2q abc
sed '3q;s/a/b/' abc
sed = abc
sed -n '$=' hundred
sed G abc
sed -n '1!G;h;$p' abc
sed '$!N;s/\n/ /' abc
sed '$!N;P;D' abc
sed -n '$!{N;P;D;};p' abc
sed 'n;d' abc
sed -e 's/a/1/' -e 's/b/2/' abc
sed 's/\(.*\)a/\1[a]/' abc
sed -E 's/(.)(.)/\2\1/g' abc
sed 's/[aeiou]/<&>/g' abc
sed 's/a*/x/g' abc
sed 's/x*/-/g' abc
sed 's|a|/|g' abc
sed 's,a\,b,x,' abc
sed 'y/abc/xyz/' abc
sed 'y/a\/b/\/ab/' abc
sed '/^$/d' blanks
sed '/^$/!s/^/> /' blanks
sed 'a\
appended' abc
sed '2i\
inserted' abc
sed '2,3c\
changed' abc
sed '/beta/c\
one\
two' abc
sed '2a\
x\
y' nonl
sed '$a\
end' nonl
sed '1r nonl' abc
sed 'r empty' abc
sed '$r abc' nonl
+ sed 'w out' abc => out
+ sed -n '/a$/w out' abc => out
+ sed 's/a/A/w out' abc => out
sed ':a;s/^\(\s*\)x/\1y/;ta' long
sed ':a
s/aa/a/
ta' dups
sed -n 'x;p' abc
sed -n 'H;$ {x;s/\n/,/g;p;}' abc
sed -n 'H
$ {
x
s/\n/,/g
p
}' abc
sed '1,3{s/a/Z/;/b/d;}' abc
sed -n '/a/{/b/p;}' abc
sed 's/foo/bar/I' abc2
sed 's/beta/x/I' abc2
sed '/BETA/Id' abc2
sed -n l tabs
sed 's/\t/ /g' tabs
sed 's/[[:space:]]*$//' text
sed 's/\./\n/g' text
sed -n '\|fox|p' text
sed 's/.*/"&"/' abc
sed 's/a/\&/' abc
sed 's/\//|/g' colon
sed -n '/root/s/:/ /gp' colon
sed -E 's/^([^:]*):([^:]*):(.*)$/\3:\2:\1/' colon
sed 's/^[^:]*:[^:]*://' colon
sed -e '/a/b end' -e 's/$/!/' -e ':end' abc
sed '/alpha/b;s/$/!/' abc
sed -n '2{p;q;}' abc
sed -s -n '$p' abc hundred
sed -n '$p' abc hundred
sed p nonl
sed s/x/y/ empty
sed '5,2p' hundred
sed -n '98,200p' hundred
sed s/a/b/ < abc
+ sed -i s/a/A/g abc => abc
+ sed -i.bak 2d abc abc2 => abc abc.bak abc2
sed -f abc empty
sed '#comment
s/a/b/' abc
sed -n '/two/,/TWO/p' dir/two.txt
sed '/^a/,/^b/s/^/-/' abc
sed 's/\(a\)\|b/\1X/g' abc
sed -E 's/a|b/X/g' abc
sed -E 's/(^|[^a])b/\1B/g' abc
sed -E 's/(foo|foobar)/<\1>/' text
sed 's/o/0/3' text
sed '$d' abc
sed '1!d' abc
sed -n '1p;3p;5p' abc
sed 's/\n//' abc
sed '/alpha/{N;d;}' abc
sed -n '/c/{=;p;}' abc
sed 's/a$/&&/;s/^b/&&/' abc
! sed 's/a' abc
! sed k abc
`;
