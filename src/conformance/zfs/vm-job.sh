# What the judges' virtual machine does with our pools: first the judges' own job (import, scrub, write, send, destroy,
# scrub, zdb), then more work by genuine ZFS on each pool, which comes back for us to import. Runs in the guest.
# In resilver/: pools whose resilver we began; genuine ZFS ends it.
bash ./judge.sh
bad=$?
O=$PWD/out
ok() { echo "ok $1: $2" | tee -a "$O/verdict"; }
fail() { bad=1; echo "FAIL $1: $2" | tee -a "$O/verdict" /dev/ttyS0; }
say() { echo "== $* $(cut -d. -f1 /proc/uptime)s" | tee /dev/ttyS0; }
sums() { ( cd "$1" && find . -type f -exec sha256sum {} + | sort -k2 ) > "$2"; }

give_back() { # give_back DIR POOL: changes files of ours, adds some of its own, and leaves the images in out/
  local d=$1 n=$2 m
  zpool import -d "$d" -f -R /mnt "$n" || { fail "$n third import" failed; return; }
  m=$(zfs get -Hp -o value mountpoint "$n")
  find "$m" -type f | sort | awk 'NR % 3 == 0' | while IFS= read -r f; do rm "$f"; done
  find "$m" -type f | sort | awk 'NR % 3 == 1' | while IFS= read -r f; do echo theirs >> "$f"; done
  mkdir -p "$m/theirs/deep"
  for i in 1 2 3 4 5 6 7 8; do dd if=/dev/urandom "of=$m/theirs/f$i" bs=40k count=$i 2>/dev/null; done
  ln -s f1 "$m/theirs/link"; ln "$m/theirs/f2" "$m/theirs/deep/hard"; setfattr -n user.k -v v "$m/theirs/f3" 2>/dev/null
  dd if=/dev/urandom "of=$m/theirs/sparse" bs=4k count=2 seek=4000 2>/dev/null
  zfs snapshot -r "$n@theirs" || fail "$n snapshot" "@theirs"
  rm "$m/theirs/f4"; echo more >> "$m/theirs/f5"
  zpool sync "$n"; sums "$m" "$O/$n.after.sha256"
  zpool export "$n" || fail "$n third export" failed
  mkdir -p out/pools; mv "$d" "out/pools/$n"
  ok "$n given back" "$(wc -l < "$O/$n.after.sha256") files"
}

for d in resilver/*/; do
  [ -d "$d" ] || continue
  n=$(basename "$d"); say "resilver $n"
  zpool import -d "$d" -f -R /mnt "$n" || { fail "$n import" failed; continue; }
  zpool wait -t resilver "$n"
  zpool status -v -p "$n" > "$O/$n.status.resilver"
  if grep -q 'scan: resilvered .* with 0 errors' "$O/$n.status.resilver"; then ok "$n resilver" "$(sed -n 's/^ *scan: //p' "$O/$n.status.resilver")"
  else fail "$n resilver" "$(tr '\n' ' ' < "$O/$n.status.resilver")"; fi
  zpool scrub -w "$n"; zpool status -v -p "$n" > "$O/$n.status.scrub"
  if grep -q 'scrub repaired 0B .* with 0 errors' "$O/$n.status.scrub"; then ok "$n scrub" "nothing to repair"
  else fail "$n scrub" "$(tr '\n' ' ' < "$O/$n.status.scrub")"; fi
  zpool export "$n"
  give_back "$d" "$n"
done
for d in pools/*/; do
  [ -d "$d" ] || continue
  n=$(basename "$d"); say "give back $n"
  give_back "$d" "$n"
done
say "verdict $bad"; exit $bad
