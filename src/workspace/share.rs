//! Is a folder on a disk of this machine, or on a share that other machines write too?

use std::path::Path;

/// File systems that more than one machine may write.
const SHARED: [&str; 17] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "gfs2",
    "ocfs2",
    "glusterfs",
    "lustre",
    "beegfs",
    "davfs",
    "virtiofs",
    "vboxsf",
    "prl_fs",
];
/// File systems of programs that keep everything on this machine.
const OWN_FUSE: [&str; 6] =
    ["fuse.fuse-overlayfs", "fuse.encfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.mergerfs", "fuse.bindfs"];

/// The kind of share that a folder is on, as `/proc/self/mountinfo` has it; none on a disk of this machine. The folder is
/// absolute and without links.
pub(super) fn share_of(mounts: &str, folder: &Path) -> Option<String> {
    let mounted = mounts.lines().filter_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let point = unescaped(mount.split(' ').nth(4)?);
        Some((point, kind.split(' ').next()?))
    });
    // Of two that are mounted on one place the later one is seen.
    let of_folder = mounted.filter(|(point, _)| folder.starts_with(point));
    let (_, kind) = of_folder.max_by_key(|(point, _)| Path::new(point).components().count())?;
    let is_shared = SHARED.contains(&kind) || kind.starts_with("fuse.") && !OWN_FUSE.contains(&kind);
    is_shared.then(|| kind.to_owned())
}

/// Blanks and the like stand as `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let octal = behind.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if *first == b'\\' => {
                bytes.push(byte);
                rest = &behind[3..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - nfs4 server:/home rw,vers=4.2
31 30 8:2 / /home/ana/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt/our\\040share rw master:2 - cifs //server/share rw
33 22 0:42 / /mnt/cloud rw - fuse.rclone cloud: rw
34 22 0:43 / /mnt/safe rw - fuse.gocryptfs /home/safe rw
35 22 0:44 / /mnt/stick rw - fuseblk /dev/sdc1 rw
36 22 0:45 / /over rw - nfs server:/over rw
37 36 8:3 / /over rw - ext4 /dev/sdd1 rw
broken line
";

    #[test]
    fn a_share_is_told_by_the_mount_that_is_nearest() {
        for (folder, wanted) in [
            ("/srv/work", None),
            ("/home/ana/work", Some("nfs4")),
            ("/home", Some("nfs4")),
            ("/homes/work", None),
            ("/home/ana/local/work", None),
            ("/mnt/our share/work", Some("cifs")),
            ("/mnt/cloud/work", Some("fuse.rclone")),
            ("/mnt/safe/work", None),
            ("/mnt/stick/work", None),
            ("/over/work", None),
        ] {
            assert_eq!(share_of(MOUNTS, Path::new(folder)).as_deref(), wanted, "{folder}");
        }
        assert_eq!(share_of("", Path::new("/srv")), None);
    }
}
