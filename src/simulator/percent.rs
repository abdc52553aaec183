//! Percent-encoding of path segments and query parts. Knows nothing of what the text means.

use std::fmt::Write as _;

/// The text that was encoded. Sequences that are no encoding stay as they are.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(byte) = escaped(&bytes[at..]) {
            plain.push(byte);
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// The text with everything escaped that is not an RFC 3986 unreserved character.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Names and values of a query string; `+` is a blank, as in a form.
pub fn decode_query(query: &str) -> Vec<(String, String)> {
    let part = |text: &str| decode(&text.replace('+', " "));
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (part(name), part(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_text_comes_back() {
        assert_eq!(encode("São Paulo/1"), "S%C3%A3o%20Paulo%2F1");
        assert_eq!(decode("S%C3%A3o%20Paulo%2f1"), "São Paulo/1");
        assert_eq!(decode("50%"), "50%");
        assert_eq!(
            decode_query("email=a%2Bb%40c.d&name=Rua+1&flag"),
            [("email", "a+b@c.d"), ("name", "Rua 1"), ("flag", "")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }
}
