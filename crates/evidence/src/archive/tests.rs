//! Archives through the front: what is found, what is refused and why, what reading gives.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use sevenz_rust2::{
    ArchiveEntry, ArchiveWriter, EncoderConfiguration, EncoderMethod,
    encoder_options::{AesEncoderOptions, Lzma2Options},
};
use zip::{AesMode, unstable::write::FileOptionsExt, write::SimpleFileOptions};

use crate::{FindOptions, Found, Passwords, Source, Stop, find, inspect, limits};

fn found(name: &str, bytes: &[u8], passwords: &str) -> (tempfile::TempDir, Found) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    let it = search(dir.path(), passwords);
    (dir, it)
}

fn search(folder: &Path, passwords: &str) -> Found {
    let passwords = Passwords::of_lines(passwords);
    find(&[folder.to_owned()], &FindOptions { passwords, ..FindOptions::default() })
}

fn paths(found: &Found) -> Vec<&str> {
    found.sources.iter().map(|it| it.path.as_str()).collect()
}

fn problems(found: &Found) -> Vec<(&str, Stop)> {
    found.problems.iter().map(|it| (it.path.as_str(), it.stop)).collect()
}

fn content(source: &Source) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let outcome = source.open(&mut |it| it.read_to_end(&mut bytes).map(drop));
    outcome.map(|()| bytes).map_err(|it| Stop::of(&it))
}

/// How many bytes a source gives, and where it is stopped.
fn given(source: &Source) -> (u64, Option<Stop>) {
    let (mut size, mut buffer) = (0, vec![0; 1 << 16]);
    let outcome = source.open(&mut |it| {
        loop {
            match it.read(&mut buffer)? {
                0 => return Ok(()),
                n => size += n as u64,
            }
        }
    });
    (size, outcome.err().map(|it| Stop::of(&it)))
}

fn one<'a>(found: &'a Found, path: &str) -> &'a Source {
    let it = found.sources.iter().find(|it| it.path == path);
    it.unwrap_or_else(|| panic!("{path} is not among {:?}", paths(found)))
}

fn zip_of(members: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn methods(password: Option<&str>) -> Vec<EncoderConfiguration> {
    let aes = password.map(|it| AesEncoderOptions::new(it.into()).into());
    let lzma = EncoderConfiguration::new(EncoderMethod::LZMA2)
        .with_options(Lzma2Options::from_level(1).into());
    aes.into_iter().chain([lzma]).collect()
}

fn sevenz(members: &[(&str, &[u8])], password: Option<&str>, hide: bool) -> Vec<u8> {
    let mut it = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    it.set_content_methods(methods(password));
    it.set_encrypt_header(hide);
    for (name, bytes) in members {
        it.push_archive_entry(ArchiveEntry::new_file(name), Some(*bytes)).unwrap();
    }
    it.finish().unwrap().into_inner()
}

fn solid(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut it = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    it.set_content_methods(methods(None));
    let entries = members.iter().map(|it| ArchiveEntry::new_file(it.0)).collect();
    let readers: Vec<sevenz_rust2::SourceReader<&[u8]>> =
        members.iter().map(|it| it.1.into()).collect();
    it.push_archive_entries(entries, readers).unwrap();
    it.finish().unwrap().into_inner()
}

#[test]
fn names_of_japanese_windows_are_readable() {
    let mut bytes = zip_of(&[("XXXXXXXX.csv", b"a,b\n")], SimpleFileOptions::default());
    let name = encoding_rs::SHIFT_JIS.encode("監査表予").0.into_owned();
    assert_eq!(name.len(), 8);
    while let Some(at) = memchr::memmem::find(&bytes, b"XXXXXXXX") {
        bytes[at..at + 8].copy_from_slice(&name);
    }
    let (_dir, it) = found("送付.zip", &bytes, "");
    assert_eq!(paths(&it), ["送付.zip", "送付.zip!/監査表予.csv"]);
    assert_eq!(content(&it.sources[1]).unwrap(), b"a,b\n");
}

#[test]
fn archives_inside_archives_are_read_four_deep_and_no_deeper() {
    let mut bytes = b"x,y\n1,2\n".to_vec();
    bytes = gz(&bytes);
    bytes = zip_of(&[("in.csv.gz", &bytes)], SimpleFileOptions::default());
    bytes = sevenz(&[("b.zip", &bytes)], None, false);
    bytes = zstd::encode_all(&bytes[..], 1).unwrap();
    let (_dir, it) = found("d.7z.zst", &bytes, "");
    let deepest = "d.7z.zst!/d.7z!/b.zip!/in.csv.gz!/in.csv";
    assert_eq!(content(one(&it, deepest)).unwrap(), b"x,y\n1,2\n");
    assert!(it.problems.is_empty(), "{:?}", it.problems);
    let (_dir, it) = found("e.gz", &gz(&bytes), "");
    assert_eq!(problems(&it), [("e.gz!/e!/e!/b.zip!/in.csv.gz", Stop::Depth)]);
}

#[test]
fn a_solid_7z_gives_every_member_also_empty_ones() {
    let (a, b) = (b"a,b\n".repeat(1000), b"c,d\n".repeat(2000));
    let members: &[(&str, &[u8])] = &[("日本/a.csv", &a), ("leer.csv", b""), ("b.csv", &b)];
    for bytes in [solid(members), sevenz(members, None, false)] {
        let (_dir, it) = found("s.7z", &bytes, "");
        assert!(it.problems.is_empty(), "{:?}", it.problems);
        assert_eq!(content(one(&it, "s.7z!/日本/a.csv")).unwrap(), a);
        assert_eq!(content(one(&it, "s.7z!/b.csv")).unwrap(), b);
        assert_eq!(content(one(&it, "s.7z!/leer.csv")).unwrap(), b"");
        // In any order, and after everything kept was forgotten.
        crate::forget_unpacked();
        assert_eq!(inspect(one(&it, "s.7z!/b.csv")).bytes, b.len() as u64);
    }
}

#[test]
fn encrypted_archives_open_with_the_right_line_of_the_password_file() {
    let text: &[u8] = b"a,b\n1,2\n";
    let plain = SimpleFileOptions::default();
    let aes = plain.with_aes_encryption(AesMode::Aes256, "秘密 です");
    let old = plain.with_deprecated_encryption("秘密 です".as_bytes()).unwrap();
    let windows = encoding_rs::SHIFT_JIS.encode("秘密 です").0.into_owned();
    let older = plain.with_deprecated_encryption(&windows).unwrap();
    let zip = |options| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["x.csv", "y.csv"] {
            zip.start_file(name, options).unwrap();
            zip.write_all(text).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let members: &[(&str, &[u8])] = &[("x.csv", text), ("y.csv", text)];
    let archives = [
        ("a.zip", zip(aes)),
        ("b.zip", zip(old)),
        ("c.zip", zip(older)),
        ("d.7z", sevenz(members, Some("秘密 です"), false)),
    ];
    for (name, bytes) in archives {
        let inside = format!("{name}!/y.csv");
        let (_dir, it) = found(name, &bytes, "");
        assert!(problems(&it).contains(&(&inside, Stop::Encrypted)), "{name} {it:?}");
        let (_dir, it) = found(name, &bytes, "wrong\nauch falsch\n");
        assert!(problems(&it).contains(&(&inside, Stop::Encrypted)), "{name}");
        let (_dir, it) = found(name, &bytes, "\u{feff}wrong\r\n秘密 です\r\n");
        assert!(it.problems.is_empty(), "{name} {:?}", it.problems);
        assert_eq!(content(one(&it, &inside)).unwrap(), text, "{name}");
    }
    // A table of contents that is encrypted too hides even the names.
    let hidden = sevenz(members, Some("pw"), true);
    let (_dir, it) = found("h.7z", &hidden, "other");
    assert_eq!(problems(&it), [("h.7z", Stop::Encrypted)]);
    let (_dir, it) = found("h.7z", &hidden, "other\npw");
    assert_eq!(content(one(&it, "h.7z!/x.csv")).unwrap(), text);
}

#[test]
fn a_bomb_stops_at_its_bound_and_the_next_member_is_read() {
    let zeros = vec![b'a'; 102 << 20];
    let options = SimpleFileOptions::default();
    let bytes = zip_of(&[("bomb.csv", &zeros), ("good.csv", b"a,b\n")], options);
    assert!((bytes.len() as u64) < limits::FREE / limits::RATIO);
    let (_dir, it) = found("z.zip", &bytes, "");
    let stopped = (limits::FREE, Some(Stop::Size));
    assert_eq!(given(one(&it, "z.zip!/bomb.csv")), stopped);
    assert_eq!(content(one(&it, "z.zip!/good.csv")).unwrap(), b"a,b\n");
    let packed = zstd::encode_all(&zeros[..], 1).unwrap();
    let (_dir, it) = found("g.csv.zst", &packed, "");
    let seen = inspect(one(&it, "g.csv.zst!/g.csv"));
    assert_eq!((seen.bytes, seen.stopped.unwrap().0.as_str()), (limits::FREE, "limit_hit"));
}

/// Many members that share the same packed bytes: each honest, all together a bomb.
#[test]
fn all_members_together_are_bounded_too() {
    let zeros = vec![0; 20 << 20];
    let inner = gz(&zeros);
    let members: Vec<(String, &[u8])> = (0..20).map(|n| (format!("{n:02}"), &inner[..])).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let (_dir, it) = found("many.zip", &zip_of(&members, stored), "");
    let size: u64 = it.sources.iter().map(|it| given(it).0).sum();
    let outer = fs::metadata(&it.sources[0].file).unwrap().len();
    assert!(size > 20 << 20);
    assert!(size <= limits::FREE + limits::RATIO * outer + 2 * outer, "{size} of {outer}");
}

#[test]
fn a_dictionary_too_large_is_refused_before_it_is_allocated() {
    let mut bytes = sevenz(&[("x.csv", b"a,b\n")], None, false);
    let header = 32 + u64::from_le_bytes(bytes[12..20].try_into().unwrap()) as usize;
    // The coder: one byte of flags and length, its id 21, one byte of properties.
    let at = memchr::memmem::find(&bytes[header..], &[0x21, 0x21, 1]).unwrap() + header + 3;
    bytes[at] = 39;
    let sum = crc32(&bytes[header..]);
    bytes[28..32].copy_from_slice(&sum.to_le_bytes());
    let sum = crc32(&bytes[12..32]);
    bytes[8..12].copy_from_slice(&sum.to_le_bytes());
    let (_dir, it) = found("huge.7z", &bytes, "");
    assert_eq!(problems(&it), [("huge.7z!/x.csv", Stop::Memory)]);
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

#[test]
fn links_and_ways_out_are_refused() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.add_symlink("link.csv", "/etc/passwd", options).unwrap();
    for name in ["../up.csv", "/abs.csv", "c:/win.csv", "in\\..\\..\\up.csv", "good.csv"] {
        zip.start_file(name, options).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let (_dir, it) = found("l.zip", &bytes, "");
    assert_eq!(paths(&it), ["l.zip", "l.zip!/good.csv"]);
    let stops: Vec<Stop> = it.problems.iter().map(|it| it.stop).collect();
    assert_eq!(stops.iter().filter(|it| **it == Stop::Outside).count(), 4, "{:?}", it.problems);
    assert!(stops.contains(&Stop::Link));
    let bytes = sevenz(&[("../up.csv", b"x"), ("ok.csv", b"y")], None, false);
    let (_dir, it) = found("l.7z", &bytes, "");
    assert_eq!(problems(&it), [("l.7z!/__/up.csv", Stop::Outside)]);
    assert_eq!(content(one(&it, "l.7z!/ok.csv")).unwrap(), b"y");
}

#[test]
fn a_cut_or_damaged_archive_tells_what_was_lost_and_keeps_the_rest() {
    let text: Vec<u8> =
        (0..20_000u32).flat_map(|n| format!("{n},{}\n", n * 7).into_bytes()).collect();
    let good = solid(&[("a.csv", &text), ("b.csv", &text)]);
    for n in [40, good.len() / 2] {
        let mut bytes = good.clone();
        bytes[n] ^= 0x55;
        let (_dir, it) = found("d.7z", &bytes, "");
        let lost = it.sources.iter().filter(|it| !it.container).any(|it| content(it).is_err());
        assert!(lost || !it.problems.is_empty(), "{n}");
    }
    let (_dir, it) = found("cut.7z", &good[..good.len() - 10], "");
    assert_eq!((paths(&it), problems(&it)), (vec!["cut.7z"], vec![("cut.7z", Stop::Damaged)]));
    let packed = zstd::encode_all(&text.repeat(8)[..], 1).unwrap();
    let (_dir, it) = found("cut.csv.zst", &packed[..packed.len() / 2], "");
    let stop = given(one(&it, "cut.csv.zst!/cut.csv")).1;
    assert_eq!(stop, Some(Stop::Damaged));
}

/// Reading the members of one solid archive costs what unpacking it once costs, not once a member.
#[test]
fn a_solid_archive_is_not_unpacked_once_a_member() {
    let text = b"some,row\n".repeat(10_000);
    let members: Vec<(String, &[u8])> =
        (0..60).map(|n| (format!("{n:02}.csv"), &text[..])).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let (_dir, it) = found("s.7z", &solid(&members), "");
    assert_eq!(it.sources.len(), 61);
    let before = std::time::Instant::now();
    let first = content(&it.sources[60]).unwrap();
    let once = before.elapsed();
    let before = std::time::Instant::now();
    for source in &it.sources[1..] {
        assert_eq!(content(source).unwrap(), first);
    }
    assert!(before.elapsed() < (once * 30).max(std::time::Duration::from_secs(1)));
}
