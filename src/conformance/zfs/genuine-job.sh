# What genuine ZFS makes for us in the judges' virtual machine (testing/zfs/genuine.ts runs it): streams of every kind,
# a pool with gang blocks, one with each algorithm that a reader may meet, and the sums of all files. Runs in the guest.
O=$PWD/out; set -x
F="-d"; for f in async_destroy empty_bpobj lz4_compress spacemap_histogram enabled_txg hole_birth extensible_dataset bookmarks filesystem_limits embedded_data large_blocks; do F="$F -o feature@$f=enabled"; done
truncate -s 256M p.img
zpool create $F -O mountpoint=/p -O compression=lz4 -O xattr=off src $PWD/p.img || exit 1
text() { yes "line $1 of a text" | head -c $2; }
mk() { # mk DIR SEED: some small files
  mkdir -p $1/d; for i in 0 1 2 3 4 5; do text $i$2 $((i*i*4000+10)) > $1/d/t$i; done
  head -c 700 /dev/urandom > $1/r1; head -c 9000 /dev/urandom > $1/r2
  text x 5000 | dd of=$1/sparse bs=4k seek=300 2>/dev/null
  ln $1/r1 $1/d/hard 2>/dev/null; ln -s r2 $1/soft 2>/dev/null
}
# note NAME SNAPSHOT DATASET...: what is in them now, then the snapshots
note() { s=$1; shift; for d in "$@"; do ( cd /p${d#src} && find . -maxdepth 2 -type f -exec sha256sum {} + | grep -vE ' \./(b|c|gone|new)/' | sort -k2 | sed "s,^,$d@$s ," ) >> $O/sums; done; }
zfs create -o compression=gzip -o com.example:colour=blue src/a
zfs create -o quota=100M src/a/b; zfs create src/a/gone
zfs create -o recordsize=1M src/L
zfs create -s -V 4M -o volblocksize=8k src/a/vol
for d in a a/b a/gone L; do mk /p/$d $d; done
text large 1500000 > /p/L/text
text vol 100000 | dd of=/dev/zd0 bs=8k conv=notrunc 2>/dev/null
note s1 src/a src/a/b src/a/gone src/L; zfs snapshot -r src@s1; zfs set com.example:snap=yes src/a@s1
mk /p/a 2; rm /p/a/r2 /p/a/b/d/t4; mk /p/a/b 3; echo tiny > /p/a/tiny
note s2 src/a src/a/b src/a/gone; zfs snapshot -r src@s2; zfs bookmark src/a@s1 src/a#b1
mkdir -p /p/a/many; for i in 1 2 3 4 5 6 7 8 9; do echo $i > /p/a/many/f$i; done; : > /p/a/r1; truncate -s 5000 /p/a/tiny
note s3 src/a src/a/b; zfs snapshot -r src@s3
zfs clone src/a@s3 src/cl; mk /p/cl 9; note s4 src/cl; zfs snapshot src/cl@s4
rm -rf /p/a/many
zfs send -R src/a@s2 > $O/R1.zsend
zfs send -p src/a@s2 > $O/p.zsend
zfs send -I s1 src/a@s3 > $O/I.zsend
zfs send src/a@s1 > $O/full1.zsend
zfs send -c src/a@s3 > $O/c.zsend
zfs send -L src/L@s1 > $O/L.zsend
zfs send -Lec src/L@s1 > $O/Lec.zsend
zfs send -e src/a@s3 > $O/e.zsend
zfs send -i '#b1' src/a@s3 > $O/bookmark.zsend
zfs send -i src/a@s3 src/cl@s4 > $O/clone.zsend
truncate -s 256M q.img; zpool create $F -R /mnt rx $PWD/q.img
zfs send src/a@s3 > full3; head -c 60000 full3 | zfs recv -s rx/part; T=$(zfs get -H -o value receive_resume_token rx/part); echo $T > $O/token
head -c 60000 full3 > $O/cut3.zsend
zfs send -nvt $T > $O/token.nv 2>&1
zpool export rx
zfs rename src/a/b src/a/c; zfs destroy -r src/a@s1; zfs destroy -r src/a/gone; zfs create src/a/new; mk /p/a/new 7
zfs rename -r src/a@s3 src/a@three; zfs set compression=lzjb src/a; zfs inherit com.example:colour src/a; zfs set quota=150M src/a/c
note s5 src/a src/a/c src/a/new; zfs snapshot -r src/a@s5
zfs send -R -I s2 src/a@s5 > $O/R2.zsend
zpool export src
# gang blocks: every block past 2 KiB in pieces
echo 2048 > /sys/module/zfs/parameters/metaslab_force_ganging; echo 100 > /sys/module/zfs/parameters/metaslab_force_ganging_pct
truncate -s 64M gang.img; zpool create $F -O mountpoint=/p/g src $PWD/gang.img; mk /p/g 1; mk /p/g/x 3; zpool sync src; rm -r /p/g/d; mk /p/g/y 3
( cd /p/g && find . -type f -exec sha256sum {} + | sort -k2 | sed "s,^,gang ," ) >> $O/sums; zpool export src; echo 16777217 > /sys/module/zfs/parameters/metaslab_force_ganging
mv gang.img $O/gang.img
# algorithms that a reader must know, and one that it can't
truncate -s 64M alg.img; zpool create -O mountpoint=/p/alg -O compression=lz4 alg $PWD/alg.img
for c in sha512 skein edonr blake3; do zfs create -o checksum=$c alg/$c; mk /p/alg/$c $c; done
for c in zstd zstd-fast zstd-19; do zfs create -o compression=$c alg/$c; mk /p/alg/$c $c; done
echo 12345678 | zfs create -o encryption=on -o keyformat=passphrase alg/enc; mk /p/alg/enc 1
for d in sha512 skein edonr blake3 zstd zstd-fast zstd-19; do ( cd /p/alg/$d && find . -type f -exec sha256sum {} + | sort -k2 | sed "s,^,alg/$d ," ) >> $O/sums; done
zpool export alg; mv alg.img $O/alg.img
