//! Text forms of bytes: hex digits for hashes, base32 for spec ids, base64 for contents.

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};

/// Lower-case hex digits, two a byte.
pub fn encode(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The same at the end of a text.
pub fn append(bytes: &[u8], text: &mut String) {
    HEXLOWER.encode_append(bytes, text);
}

/// The bytes of lower-case hex digits; `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(text.as_bytes()).ok()
}

/// Lower-case base32 (RFC 4648 alphabet) without padding.
pub fn base32(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

/// The bytes of lower-case base32 without padding; `None` for anything else.
pub fn decode_base32(text: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()
}

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The bytes of standard base64 with padding; `None` for anything else.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).ok()
}
