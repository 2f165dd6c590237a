#!/usr/bin/env bash
# Makes this namespace a machine of its own, and runs a shell on it. $1: an empty directory, $2: files to put on it.
set -euo pipefail
mount --make-rprivate /
mount -t tmpfs -o mode=755 layer "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
cd "$1/root"

mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=755 dev dev
mkdir -p dev/pts dev/shm run/lock var/tmp
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mount -t tmpfs -o mode=1777 shm dev/shm
while read -r path; do # Python's packages, where they are in what is new here
    case $path in /tmp/* | /run/* | /dev/*) [ -d "$path" ] && mkdir -p ".$path" && mount --bind "$path" ".$path" ;; esac
done < "$2/usr/local/lib/packages.txt"
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys

# An empty Debian: nothing of a Prime that this machine may have.
rm -rf opt/prime* etc/prime var/lib/prime var/backups/prime etc/systemd/system/prime*
chroot . userdel prime 2>/dev/null || true
chroot . groupdel prime 2>/dev/null || true
cp -a "$2/." .
chmod 711 root # where an interpreter of root's may be
chroot . /bin/sh -c 'for file in /usr/lib/tmpfiles.d/*; do # what systemd would make of /run at its start
    sed -En "s#^d[+!]? +/(var/)?run/(\S+) +(\S+) +(\S+) +(\S+).*#\2 \3 \4 \5#p" "$file"
done' | while read -r name mode user group; do
    case $name in haproxy* | postgresql* | redis* | nginx* | pgbouncer*)
        chroot . install -d -m "$mode" -o "$user" -g "$group" "/run/$name" ;;
    esac
done
ip link set lo up
printf '%s\n' '127.0.0.1 localhost db.internal bus.internal prime.example.com' '::1 localhost' > etc/hosts
hostname prime
# GOGC: promtool collects its garbage less often, which saves a sixth of it.
exec chroot . /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb USER=root GOGC=400 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash --noprofile --norc
