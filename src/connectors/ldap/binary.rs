//! Binary values and the text that stands for them, both ways: GUIDs and security identifiers.

/// Where each byte of a GUID as it is written stands in the sixteen that Windows keeps.
const GUID_ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/// As .NET writes the bytes of a GUID: 32 digits; none where there are not sixteen bytes.
pub(super) fn guid(value: &[u8]) -> Option<String> {
    (value.len() == 16).then(|| GUID_ORDER.iter().map(|&place| format!("{:02x}", value[place])).collect())
}

/// The bytes of a GUID that is written with or without hyphens and braces.
pub fn read_guid(text: &str) -> Option<Vec<u8>> {
    let signs = text.chars().filter(|sign| !matches!(sign, '-' | '{' | '}'));
    let digits: Vec<u8> = signs.map(|sign| sign.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    if digits.len() != 32 {
        return None;
    }
    Some(GUID_ORDER.iter().map(|&place| digits[2 * place] << 4 | digits[2 * place + 1]).collect())
}

/// The bytes of a security identifier as `S-1-…`: revision, count, authority (six bytes, high first), parts (four bytes,
/// low first).
pub(super) fn sid(value: &[u8]) -> Option<String> {
    let (head, parts) = value.split_at_checked(8)?;
    if head[0] != 1 || parts.len() != usize::from(head[1]) * 4 {
        return None;
    }
    let authority = head[2..].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut text = format!("S-1-{authority}");
    for part in parts.chunks_exact(4) {
        let number = part.iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        text.push('-');
        text.push_str(&number.to_string());
    }
    Some(text)
}

/// The bytes of a security identifier that is written as `S-1-…`.
pub fn read_sid(text: &str) -> Option<Vec<u8>> {
    let mut numbers = text.strip_prefix("S-").or_else(|| text.strip_prefix("s-"))?.split('-');
    let revision: u8 = numbers.next()?.parse().ok()?;
    let authority: u64 = numbers.next()?.parse().ok().filter(|number| *number < 1 << 48)?;
    let rest = numbers.map(|number| number.parse::<u32>().ok()).collect::<Option<Vec<_>>>()?;
    let mut bytes = vec![revision, u8::try_from(rest.len()).ok().filter(|count| *count <= 15)?];
    bytes.extend(&authority.to_be_bytes()[2..]);
    bytes.extend(rest.iter().flat_map(|number| number.to_le_bytes()));
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_other_lengths_or_signs_stand_for_nothing() {
        for text in ["12", "c076e361fa5f428e833939a449ce2dbx", "c076e361fa5f428e833939a449ce2db3aa"] {
            assert_eq!(read_guid(text), None, "{text}");
        }
        for text in ["S-1", "S-1-5-4294967296", "S-1-281474976710656-1", "1-5-32", "S-1-5-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1"] {
            assert_eq!(read_sid(text), None, "{text}");
        }
        assert_eq!((guid(&[0; 15]), sid(&[1, 2, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0])), (None, None));
    }

    proptest! {
        #[test]
        fn bytes_come_back_out_of_their_text(bytes: [u8; 16], parts in prop::collection::vec(any::<u32>(), 0..15)) {
            prop_assert_eq!(read_guid(&guid(&bytes).unwrap()), Some(bytes.to_vec()));
            let text = parts.iter().fold("S-1-5".to_owned(), |text, part| format!("{text}-{part}"));
            prop_assert_eq!(sid(&read_sid(&text).unwrap()), Some(text));
        }
    }
}
