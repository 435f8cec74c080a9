//! Names and subjects. All invented; addresses use names reserved for documentation.

/// Surnames: kanji and Latin.
pub(crate) const SURNAMES: &[(&str, &str)] = &[
    ("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"),
    ("伊藤", "ito"), ("渡辺", "watanabe"), ("山本", "yamamoto"), ("中村", "nakamura"),
    ("小林", "kobayashi"), ("加藤", "kato"), ("吉田", "yoshida"), ("山田", "yamada"),
    ("佐々木", "sasaki"), ("松本", "matsumoto"), ("井上", "inoue"), ("木村", "kimura"),
    ("清水", "shimizu"), ("山崎", "yamazaki"), ("森", "mori"), ("阿部", "abe"),
    ("池田", "ikeda"), ("橋本", "hashimoto"), ("石川", "ishikawa"), ("前田", "maeda"),
    ("藤田", "fujita"), ("岡田", "okada"), ("後藤", "goto"), ("長谷川", "hasegawa"),
    ("村上", "murakami"), ("近藤", "kondo"), ("石井", "ishii"), ("坂本", "sakamoto"),
    ("遠藤", "endo"), ("青木", "aoki"), ("藤井", "fujii"), ("西村", "nishimura"),
    ("福田", "fukuda"), ("太田", "ota"), ("三浦", "miura"), ("髙田", "takada"),
];
/// Given names: kanji and Latin.
pub(crate) const GIVEN: &[(&str, &str)] = &[
    ("健太", "kenta"), ("裕子", "yuko"), ("大輔", "daisuke"), ("美咲", "misaki"),
    ("翔", "sho"), ("恵", "megumi"), ("拓也", "takuya"), ("直美", "naomi"),
    ("誠", "makoto"), ("由美", "yumi"), ("亮", "ryo"), ("さくら", "sakura"),
    ("浩", "hiroshi"), ("香織", "kaori"), ("隆", "takashi"), ("真理", "mari"),
    ("学", "manabu"), ("智子", "tomoko"), ("洋平", "yohei"), ("千尋", "chihiro"),
    ("和也", "kazuya"), ("愛", "ai"), ("修", "osamu"), ("麻衣", "mai"),
    ("剛", "tsuyoshi"), ("陽子", "yoko"), ("進", "susumu"), ("綾", "aya"),
    ("徹", "toru"), ("明美", "akemi"), ("博之", "hiroyuki"), ("久美子", "kumiko"),
];
pub(crate) const EN_SURNAMES: &[(&str, &str)] = &[
    ("Ashworth", "ashworth"), ("Barlow", "barlow"), ("Clegg", "clegg"), ("Dunmore", "dunmore"),
    ("Ellery", "ellery"), ("Fairley", "fairley"), ("Garside", "garside"), ("Hollis", "hollis"),
    ("Ingram", "ingram"), ("Jessop", "jessop"), ("Kershaw", "kershaw"), ("Lomax", "lomax"),
    ("Marlow", "marlow"), ("Norwood", "norwood"), ("Ormond", "ormond"), ("Pickford", "pickford"),
    ("Ramsden", "ramsden"), ("Selwyn", "selwyn"), ("Thorley", "thorley"), ("Whitby", "whitby"),
];
pub(crate) const EN_GIVEN: &[(&str, &str)] = &[
    ("Alice", "alice"), ("Ben", "ben"), ("Clara", "clara"), ("David", "david"),
    ("Emma", "emma"), ("Frank", "frank"), ("Grace", "grace"), ("Harry", "harry"),
    ("Isla", "isla"), ("Jack", "jack"), ("Kate", "kate"), ("Liam", "liam"),
    ("Megan", "megan"), ("Neil", "neil"), ("Olivia", "olivia"), ("Paul", "paul"),
];

/// Subjects of everyday mail.
pub(crate) const SUBJECTS: &[&str] = &[
    "定例会議の議事録", "見積書の件", "ご請求書送付のご案内", "【ご確認】助成金申請書類",
    "来月のセミナー日程について", "会場予約のお願い", "ご登壇のお礼", "理事会資料（案）",
    "名刺交換のお礼", "Re: アンケート集計", "展示パネルの校正", "出張報告",
    "ニュースレター原稿", "会費のご入金確認", "ホームページ更新依頼", "契約書（ドラフト）",
];
pub(crate) const EN_SUBJECTS: &[&str] = &[
    "Minutes of the weekly meeting", "Quote for the display cases", "Invoice attached",
    "Grant application: please check", "Dates for the autumn lectures", "Room booking",
    "Thank you for speaking", "Board papers (draft)", "Re: visitor survey", "Panel proofs",
    "Travel report", "Newsletter copy", "Membership fee received", "Contract (draft)",
];
/// Subjects of the fraudulent mail: they imitate Microsoft.
pub(crate) const PHISH: &[&str] = &[
    "【Microsoft】パスワードの有効期限が本日切れます",
    "【重要】Microsoft 365 アカウントの確認のお願い",
    "Microsoft account: unusual sign-in activity",
    "メールボックスの容量が上限に達しました - Microsoft Outlook",
    "【Microsoft Teams】未読のメッセージがあります",
    "Action required: verify your Microsoft 365 mailbox",
    "Microsoft OneDrive: 共有ファイルが届いています",
    "【Microsoft】お支払い方法を更新してください",
];
/// The same in the English tenant.
pub(crate) const EN_PHISH: &[&str] = &[
    "Shared document: revised holiday policy",
    "Microsoft 365: your mailbox needs attention",
    "Example Heritage Trust: outstanding invoice",
];
/// Parts of invented host names.
pub(crate) const HOSTS: &[&str] = &[
    "aozora", "hinode", "wakaba", "minato", "kitagawa", "sakae", "midori", "hoshino", "asahi-no",
    "yamabuki", "nagisa", "kaede", "tsubame", "hibari", "komorebi", "shirakaba", "akebono",
    "fujimi", "kawabata", "takamine", "larkfield", "rowan", "bracken", "tidewater", "stonegate",
    "millbrook", "ferngrove", "eastmoor", "westlake", "hartwell",
];
/// Names of files in document libraries.
pub(crate) const FILES: &[&str] = &[
    "2025年度事業計画.docx", "助成先一覧.xlsx", "理事会議事録.docx", "セミナー申込状況.xlsx",
    "予算執行状況.xlsx", "パンフレット案.pptx", "展示図面.pdf", "会員規約.docx", "名簿_役員.xlsx",
    "作業手順書.docx", "広報誌_秋号.docx", "出納帳.xlsx",
];
pub(crate) const EN_FILES: &[&str] = &[
    "Business plan 2025.docx", "Grantees.xlsx", "Board minutes.docx", "Lecture bookings.xlsx",
    "Budget.xlsx", "Leaflet draft.pptx", "Floor plan.pdf", "Membership rules.docx",
    "Trustees.xlsx", "Procedures.docx", "Newsletter autumn.docx", "Ledger.xlsx",
];
