use super::*;

#[test]
#[ignore]
fn scratch() {
    for path in std::env::var("PST").unwrap().split(':') {
        let start = std::time::Instant::now();
        let packed = Packed::disk(path.into()).unwrap();
        let (mut n, mut r, mut a, mut h, mut l, mut d) = (0, 0, 0, 0, 0, 0);
        let out = items(packed, &mut |found| {
            match found {
                Found::Item(it, _) => {
                    n += 1;
                    r += it.recipients.len();
                    a += it.attachments.len();
                    h += it.attachments.iter().filter(|it| !it.1.is_empty()).count();
                    l += it.losses;
                    if std::env::var("V").is_ok() {
                        println!("{:#x} {} [{}] {} losses {}", it.node, it.folder, it.mailbox, folders::text(&it.values, CLASS), it.losses);
                    }
                }
                Found::Damage { reason, place } => {
                    d += 1;
                    println!("DAMAGE {reason} {place}");
                }
            }
            true
        });
        println!("{path}: {n} items {r} recipients {a} attachments {h} hashed {l} losses {d} damages {out:?} {:?}", start.elapsed());
    }
}
