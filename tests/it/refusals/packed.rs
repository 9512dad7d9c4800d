//! Packed files that are not what they should be: cut, damaged, bombs, or archives of something else.

use std::io::Write as _;

use super::bed::{Hostile, Target};
use super::files::{self, HEADER};
use super::transport::{gzip, zstd};

/// A file of a zip archive, as the archive describes it.
#[derive(Debug, Clone)]
pub(super) struct Packing {
    name: String,
    packed: Vec<u8>,
    bytes: u32,
    crc: u32,
    method: u16,
    flags: u16,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ENCRYPTED: u16 = 1;

impl Packing {
    /// A file that is stored as it is.
    pub(super) fn of(name: &str, content: impl Into<Vec<u8>>) -> Self {
        let packed = content.into();
        let mut crc = flate2::Crc::new();
        crc.update(&packed);
        Self {
            name: name.to_owned(),
            bytes: size(packed.len()),
            crc: crc.sum(),
            packed,
            method: STORED,
            flags: 0,
        }
    }

    fn deflated(name: &str, content: &[u8]) -> Self {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).expect("written to memory");
        Self {
            packed: encoder.finish().expect("written to memory"),
            method: DEFLATED,
            ..Self::of(name, content)
        }
    }

    fn head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        for short in [20, self.flags, self.method, 0, 0x21] {
            head.extend(short.to_le_bytes());
        }
        for long in [self.crc, size(self.packed.len()), self.bytes] {
            head.extend(long.to_le_bytes());
        }
        head.extend(
            u16::try_from(self.name.len())
                .expect("a short name")
                .to_le_bytes(),
        );
        head.extend(0_u16.to_le_bytes());
        head
    }
}

fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a small file")
}

/// A zip archive of these files.
pub(super) fn archive(files: &[Packing]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(file.head());
        directory.extend([0; 10]);
        directory.extend(size(archive.len()).to_le_bytes());
        directory.extend(file.name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(file.head());
        archive.extend(file.name.as_bytes());
        archive.extend(&file.packed);
    }
    let (start, files) = (
        size(archive.len()),
        u16::try_from(files.len()).expect("few files"),
    );
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([files.to_le_bytes(), files.to_le_bytes()].concat());
    archive.extend([size(directory.len()).to_le_bytes(), start.to_le_bytes()].concat());
    archive.extend([0, 0]);
    archive
}

/// All of them.
pub(super) fn feeds() -> Vec<Hostile> {
    let mut feeds = gzip_files();
    feeds.extend(zstd_files());
    feeds.extend(archives());
    feeds.extend(damaged_archives());
    feeds.extend(archives_of_something_else());
    feeds
}

fn unreadable(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::unreadable(Target::Packed, name, body, says)
}

fn good() -> String {
    files::csv(&files::records(Target::Packed))
}

/// Few records and many bytes: nothing but the ratio is suspicious.
fn bomb() -> Vec<u8> {
    let long = "x".repeat(100_000);
    let rows = (0..400).map(|row| format!("x{row};x-{row};x;1.00;{long}\n"));
    std::iter::once(format!("{HEADER}\n"))
        .chain(rows)
        .collect::<String>()
        .into_bytes()
}

/// As small as gzip can make it, which is smaller than anything but a bomb gets.
fn dense(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("written to memory");
    encoder.finish().expect("written to memory")
}

fn flipped(mut bytes: Vec<u8>, from_end: usize) -> Vec<u8> {
    let at = bytes.len() - from_end;
    bytes[at] ^= 0x10;
    bytes
}

fn gzip_files() -> Vec<Hostile> {
    let good = gzip(good().as_bytes());
    let damaged = "cannot be unpacked as gzip";
    let mut feeds: Vec<Hostile> = [3, 30, 60, 90, 99]
        .into_iter()
        .map(|percent| {
            let name = format!("gzip cut at {percent} %");
            unreadable(&name, good[..good.len() * percent / 100].to_vec(), damaged)
        })
        .collect();
    let rubbish = [good.as_slice(), b"<!-- 0.02 s -->"].concat();
    let mut method = good.clone();
    method[2] = 7;
    feeds.extend([
        unreadable(
            "gzip without its last byte",
            good[..good.len() - 1].to_vec(),
            damaged,
        ),
        unreadable(
            "gzip with a wrong checksum",
            flipped(good.clone(), 6),
            damaged,
        ),
        unreadable("gzip with a wrong size", flipped(good.clone(), 2), damaged),
        unreadable(
            "gzip with a wrong bit",
            flipped(good.clone(), good.len() / 2),
            damaged,
        ),
        unreadable("gzip of an unknown method", method, damaged),
        unreadable("gzip and rubbish behind it", rubbish, damaged),
        unreadable(
            "gzip and half a gzip behind it",
            [&good[..], &good[..good.len() / 2]].concat(),
            damaged,
        ),
        unreadable("gzip in gzip", gzip(&good), "is not UTF-8"),
        unreadable("a gzip bomb", dense(&bomb()), "(max_ratio)"),
        unreadable("gzip of nothing", gzip(b""), "is empty"),
        unreadable(
            "gzip of a web page",
            gzip(b"<h1>Back soon</h1>"),
            "expected rows of separated values",
        ),
    ]);
    feeds
}

fn zstd_files() -> Vec<Hostile> {
    let damaged = "cannot be unpacked as zstd";
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("an encoder");
    encoder.include_checksum(true).expect("a checksum");
    encoder
        .write_all(good().as_bytes())
        .expect("written to memory");
    let good = encoder.finish().expect("written to memory");
    let mut wide = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    wide.window_log(30).expect("a window");
    wide.write_all(&bomb()).expect("written to memory");
    let wide = wide.finish().expect("written to memory");
    vec![
        unreadable("zstd cut in half", good[..good.len() / 2].to_vec(), damaged),
        unreadable(
            "zstd without its last byte",
            good[..good.len() - 1].to_vec(),
            damaged,
        ),
        unreadable(
            "zstd with a wrong checksum",
            flipped(good.clone(), 2),
            damaged,
        ),
        unreadable(
            "zstd with a wrong bit",
            flipped(good.clone(), good.len() / 2),
            damaged,
        ),
        unreadable(
            "zstd and rubbish behind it",
            [&good[..], b"rubbish"].concat(),
            damaged,
        ),
        unreadable("zstd that wants a gigabyte of memory", wide, damaged),
        unreadable("zstd in zstd", zstd(&good), "is not UTF-8"),
        unreadable("a zstd bomb", zstd(&bomb()), "(max_ratio)"),
    ]
}

/// Archives that are whole, and hostile.
fn archives() -> Vec<Hostile> {
    let good = Packing::of("products.csv", good());
    let named = |name: &str| {
        archive(&[Packing {
            name: name.to_owned(),
            ..good.clone()
        }])
    };
    let one = |file: Packing| archive(&[file]);
    let outside = "leads out of the archive";
    let bomb = Packing::deflated("products.csv", &bomb());
    let many: Vec<Packing> = (0..60)
        .map(|number| Packing {
            name: format!("{number}.csv"),
            ..bomb.clone()
        })
        .collect();
    vec![
        unreadable(
            "zip with a name that leads out",
            named("../../etc/cron.d/products.csv"),
            outside,
        ),
        unreadable(
            "zip with a name that leads out in between",
            named("a/../../products.csv"),
            outside,
        ),
        unreadable(
            "zip with a Windows name that leads out",
            named("..\\..\\products.csv"),
            outside,
        ),
        unreadable(
            "zip with a name from the root",
            named("/etc/products.csv"),
            outside,
        ),
        unreadable(
            "zip with an encrypted file",
            one(Packing {
                flags: ENCRYPTED,
                ..good.clone()
            }),
            "is encrypted",
        ),
        unreadable(
            "zip of an unknown method",
            one(Packing {
                method: 12,
                ..good.clone()
            }),
            "only stored, deflate and zstd",
        ),
        unreadable("a zip bomb", one(bomb), "(max_ratio)"),
        unreadable("sixty bombs in a zip", archive(&many), "(max_ratio)"),
    ]
}

/// Archives that are damaged.
fn damaged_archives() -> Vec<Hostile> {
    let good = Packing::deflated("products.csv", good().as_bytes());
    let whole = archive(std::slice::from_ref(&good));
    let one = |file: Packing| archive(&[file]);
    let cut_off = "it is damaged or cut off";
    let other = "its content is not what the archive says of it";
    let half = good.packed[..good.packed.len() / 2].to_vec();
    let mut bit = good.packed.clone();
    let middle = bit.len() / 2;
    bit[middle] ^= 1;
    let mut lost = whole.clone();
    let directory = lost.len() - 6;
    lost[directory] ^= 0x40;
    let mut mark = b"MZ self-extracting archive\0".to_vec();
    mark.extend(&whole);
    vec![
        unreadable(
            "zip cut in half",
            whole[..whole.len() / 2].to_vec(),
            cut_off,
        ),
        unreadable(
            "zip without its last byte",
            whole[..whole.len() - 1].to_vec(),
            cut_off,
        ),
        unreadable("zip that is four bytes", b"PK\x03\x04".to_vec(), cut_off),
        unreadable(
            "zip with its directory elsewhere",
            lost,
            "is a zip archive, and",
        ),
        unreadable(
            "zip with a wrong checksum",
            one(Packing {
                crc: good.crc ^ 1,
                ..good.clone()
            }),
            other,
        ),
        unreadable(
            "zip with a wrong size",
            one(Packing {
                bytes: good.bytes + 1,
                ..good.clone()
            }),
            other,
        ),
        unreadable(
            "zip with half a file",
            one(Packing {
                packed: half,
                ..good.clone()
            }),
            "cannot be unpacked as zip",
        ),
        unreadable(
            "zip with a wrong bit",
            one(Packing {
                packed: bit,
                ..good.clone()
            }),
            "cannot be unpacked as zip",
        ),
        unreadable("zip that unpacks itself", mark, "a zero byte"),
    ]
}

/// Archives with something else in them, or nothing.
fn archives_of_something_else() -> Vec<Hostile> {
    let good = Packing::of("products.csv", good());
    let inner = archive(std::slice::from_ref(&good));
    let page = Packing::of("products.csv", "<h1>Back soon</h1>");
    let none = "files is named like `*.csv`";
    let broken = Packing::of("zz.csv", format!("{HEADER}\nx1;x-1;\"x"));
    let empty = Packing::of("aa.csv", "");
    vec![
        unreadable("an empty zip", archive(&[]), none),
        unreadable(
            "zip with a folder only",
            archive(&[Packing::of("products.csv/", "")]),
            none,
        ),
        unreadable(
            "zip with a file of another name",
            archive(&[Packing::of("readme.txt", "x")]),
            none,
        ),
        unreadable(
            "zip with hidden files only",
            archive(&[Packing::of(".products.csv", "x")]),
            none,
        ),
        unreadable(
            "zip in zip",
            archive(&[Packing::of("products.zip", inner.clone())]),
            none,
        ),
        unreadable(
            "zip in zip under another name",
            archive(&[Packing::of("products.csv", inner)]),
            "a zero byte",
        ),
        unreadable(
            "zip with a web page",
            archive(&[page]),
            "expected rows of separated values",
        ),
        unreadable(
            "zip with a file too many that is cut",
            archive(&[good.clone(), broken]),
            "it was cut off",
        ),
        unreadable(
            "zip with a file too many that is empty",
            archive(&[empty, good]),
            "is empty",
        ),
    ]
}
