/** Cases for diff, cmp, od, strings and checksums. */
export const COMPARE_CASES = String.raw`
diff abc abc
diff abc abc2
diff abc2 abc
diff code code2
diff code2 code
diff abc empty
diff empty abc
diff abc nonl
diff nonl abc
diff hundred abc
diff noisy noisy2
diff noisy2 noisy
diff dups abc
diff -e abc abc2
diff -e code code2
diff -q abc abc2
diff -q abc abc
diff -s abc abc
diff -b text text
diff -i abc abc2
diff -w code code2
diff -iw abc abc2
diff blanks dups
diff sorted1 sorted2
diff text code
! diff abc nosuch
sh -c 'diff -u abc abc2 | tail -n +3'
sh -c 'diff -u code code2 | tail -n +3'
sh -c 'diff -u noisy noisy2 | tail -n +3'
sh -c 'diff -u nonl abc | tail -n +3'
sh -c 'diff -U 1 noisy noisy2 | tail -n +3'
sh -c 'diff -U 0 code code2 | tail -n +3'
sh -c 'diff -c abc abc2 | tail -n +3'
sh -c 'diff -c code code2 | tail -n +3'
sh -c 'diff -C 1 noisy noisy2 | tail -n +3'
sh -c 'diff -c abc empty | tail -n +3'
+ sh -c 'cp -r dir d2; echo x >> d2/one; rm d2/two.txt; echo n > d2/new; diff -r dir d2'
+ sh -c 'cp -r dir d2; diff -r dir d2; echo $?'
+ sh -c 'cp -r dir d2; echo x > d2/sub/three.txt; diff -rq dir d2'
+ sh -c 'cp -r dir d2; diff dir d2'
+ sh -c 'cp code new; diff new dir/sub/deep/four.c'
sh -c 'diff abc - < abc2'
cmp abc abc
~ cmp -l abc abc2
cmp -s abc abc2
cmp -s abc abc
! cmp -s abc nosuch
cmp -s nonl empty
od abc
od -c abc
od -c bytes
od -x hundred
od -b abc
od -t x1 abc
od -A d -t x1 abc
od -An -c abc
od -A n -t u1 abc
od -t d2 hundred
od -t x4 hundred
od -t a abc
od -j 5 -N 10 -c abc
od -N 3 abc
od -v -c long
od -c long
od -c empty
od -t x1 -t c abc
od -t d1 bytes
od -t u8 hundred
od -c < abc
strings bytes
strings -n 2 bytes
strings -a code
strings -t x text
strings -t d abc
cksum abc
cksum abc hundred bytes empty
cksum < abc
md5sum abc hundred empty
sha1sum abc noisy
sha224sum abc
sha256sum abc bytes empty hundred
sha384sum abc noisy
sha512sum abc noisy empty long
sha256sum < abc
+ sh -c 'md5sum abc hundred > sums; md5sum -c sums;
 echo x >> abc; md5sum -c sums 2>/dev/null; echo $?'
`;
