//! User agents. Browsers grow older with the months, as they do.

/// Chromium's major version at an instant: one every four weeks.
fn chromium(at: i64) -> i64 {
    // 2025-01-15: 132.
    132 + (at - 1_736_899_200).div_euclid(4 * 7 * 86_400)
}

const KIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";

pub(crate) fn edge(at: i64) -> String {
    let v = chromium(at);
    format!(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/{v}.0.0.0 Safari/537.36 \
         Edg/{v}.0.0.0"
    )
}

pub(crate) fn chrome(at: i64) -> String {
    let v = chromium(at);
    format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/{v}.0.0.0 Safari/537.36")
}

pub(crate) fn phone(iphone: bool, at: i64) -> String {
    if iphone {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, \
         like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
            .to_owned()
    } else {
        let v = chromium(at);
        format!("Mozilla/5.0 (Linux; Android 14; K) {KIT} Chrome/{v}.0.0.0 Mobile Safari/537.36")
    }
}

/// The broker of Windows that fetches tokens for Office.
pub(crate) const BROKER: &str = "Windows-AzureAD-Authentication-Provider/1.0";
