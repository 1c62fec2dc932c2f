//! Base64 (RFC 4648), both ways.

const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text that stands for bytes.
pub fn encode(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len().div_ceil(3) * 4);
    for three in value.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let sign = char::from(SIGNS[(bits >> (18 - 6 * place) & 63) as usize]);
            text.push(if place <= three.len() { sign } else { '=' });
        }
    }
    text
}

/// The bytes that a text stands for; none where it is no Base64. Blanks in it do not count.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |sign: u8| SIGNS.iter().position(|known| *known == sign).and_then(|place| u32::try_from(place).ok());
    let signs: Vec<u8> = text.bytes().filter(|sign| !sign.is_ascii_whitespace()).collect();
    let filled = signs.iter().rposition(|sign| *sign != b'=').map_or(0, |last| last + 1);
    if !signs.len().is_multiple_of(4) || signs.len() - filled > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(signs.len() / 4 * 3);
    for group in signs[..filled].chunks(4) {
        let mut number = 0;
        for place in 0..4 {
            number = number << 6 | group.get(place).map_or(Some(0), |sign| digit(*sign))?;
        }
        bytes.extend(&number.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_those_of_the_standard() {
        for (text, wanted) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("\0u\0pä", "AHUAcMOk")] {
            assert_eq!(encode(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn texts_of_other_lengths_or_signs_stand_for_nothing() {
        for text in ["a", "a===", "ab*=", "YW5="] {
            assert!(decode(text).is_none_or(|bytes| encode(&bytes) != text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back_out_of_their_text(bytes in prop::collection::vec(any::<u8>(), 0..32)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
