/** Cases for the line filters. The form of a line is told in judge.ts. */
export const FILTER_CASES = String.raw`
cat abc nonl blanks
cat - abc < nonl
~ cat -n blanks
~ cat -b blanks
cat -vet bytes
! cat nosuch abc
head hundred
head -n 3 hundred abc
head -5 hundred
head -c 7 hundred
head -n 3 nonl
head -q -n 1 abc hundred
head -v -n 2 abc
head < abc
! head nosuch abc
tail hundred
tail -n 3 hundred
tail -3 hundred
tail -n +95 hundred
tail -c 5 hundred
tail -c +280 hundred
tail -n 3 nonl
tail -n 0 hundred
tail -n 1 empty
tail -n 200 hundred
tail -2 < hundred
tail -c 20 < noisy
tail -n +3 < abc
tail -n 2 abc hundred
tac abc
tac hundred
tac blanks
tac nonl
tac empty
nl abc
nl blanks
nl -ba blanks
nl -bt -nln -w3 abc
nl -ba -nrz -w4 -v10 -i5 abc
nl -s: -w2 abc
nl -bpa abc
nl -ba -l2 blanks
paste abc hundred
paste abc abc2
paste -d: abc abc2 nonl
paste -s abc
paste -s -d ',;' abc
paste -d '\n' abc abc2
paste - - - < hundred
paste -d '\0' abc abc2
paste empty abc
join sorted1 sorted2
join -a 1 sorted1 sorted2
join -a 2 sorted1 sorted2
join -a 1 -a 2 sorted1 sorted2
join -v 1 sorted1 sorted2
join -o 1.2,2.2 sorted1 sorted2
join -a1 -a2 -e NONE -o 0,1.2,2.2 sorted1 sorted2
join -t: -1 3 -2 3 colon colon
join -j 1 sorted1 sorted2
comm sorted1 sorted2
comm -12 sorted1 sorted2
comm -3 sorted1 sorted2
comm -13 sorted1 sorted2
comm -23 abc abc
comm sorted1 empty
fold -w 20 text
fold -s -w 20 text
fold -b -w 10 tabs
fold -w 10 tabs
fold -w 80 long
fold -s -w 33 long
fold -w 5 nonl
expand tabs
expand -t 4 tabs
expand -t 2,5,20 tabs
unexpand tabs
unexpand -a tabs
unexpand -a -t 4 tabs
rev abc
rev text
+ split -l 30 hundred => xaa xab xac xad
+ split -b 100 hundred part. => part.aa part.ab part.ac
+ split -b 1k -a 3 noisy p => paaa paab
cut -c 1-3 abc
cut -c 2,4- text
cut -b -5 text
cut -c 3,1,2 abc
cut -d: -f1 colon
cut -d: -f1,3-4 colon
cut -d: -f5- colon
cut -d: -f7,1 colon
cut -f2 tabs
cut -s -f2 tabs
cut -f2 text
cut -d ' ' -f2 text
tr a-z A-Z < abc
tr '[:lower:]' '[:upper:]' < text
tr -d aeiou < text
tr -s 'o ' < text
tr -s '[:space:]' '\n' < text
tr -cd '[:alnum:]\n' < text
tr -c '[:alnum:]' '_' < text
tr -cs '[:alpha:]' '\n' < text
tr abc x < abc
tr '\n' ' ' < abc
tr '\101-\103' 'x*' < text
tr 'a-c' '[x*]' < abc
tr 'a-e' '[x*2]y' < abc
tr -ds 'f' 'o' < text
tr '\t' ' ' < tabs
tr '\200-\377' '?' < bytes
tr -d '\000-\037\177-\377' < bytes
uniq dups
~ uniq -c dups
uniq -d dups
uniq -u dups
uniq -i dups
uniq -f1 sorted2
uniq -s1 dups
~ uniq -c -f 1 noisy
+ uniq dups out => out
~ wc -l < hundred
~ wc abc
~ wc abc hundred empty nonl
~ wc -w text
~ wc -c bytes
~ wc -lw text code
~ wc -m abc
! wc nosuch
sort abc
sort -r abc
sort nums
sort -n nums
sort -rn nums
sort -u dups
sort -f dups
sort -fu dups
sort -b nums
sort -M months
sort -h sizes
sort -k2 noisy
sort -k2n noisy
sort -k 2,2n -k 1,1 noisy
sort -k2,2nr -k3 noisy
sort -k1,1 -s noisy
sort -k1.2,1.3 noisy
sort -k1f -k2rn noisy
sort -t: -k3n colon
sort -t: -k3,3nr colon
sort -t: -k5 colon
sort -t ' ' -k3.6n noisy
sort -d text
sort -i bytes
sort -bk2,2 noisy
sort -u -k1,1 noisy
sort -n -u nums
sort -g nums
sort -m sorted1 sorted2
sort abc abc2 nonl
sort - abc < nonl
sort nonl
sort empty
sort -c abc
sort -c sorted1
sort -C abc
sort -cu dups
+ sort -o abc abc => abc
+ sort -o out -r hundred => out
! sort nosuch
sort -k 1.1,1.1 -k 2,2n noisy
sort -r -k1,1 noisy
sort -rs -k1,1 noisy
`;
