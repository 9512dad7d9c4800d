//! The signature of what is sent, so that a receiver knows who sends it and that it is not an old recording.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header that carries it.
pub const HEADER: &str = "frontage-signature";

/// The value of `Frontage-Signature`: when it was signed, Unix seconds, and HMAC-SHA-256 over that instant, a dot and the
/// body, in hexadecimal.
pub fn signature(secret: &str, now: i64, body: &[u8]) -> String {
    // Any length of key is allowed, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(now.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `printf '1764000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef` says it.
    #[test]
    fn it_is_what_other_tools_compute() {
        assert_eq!(
            signature("0123456789abcdef", 1_764_000_000, b"{}"),
            "t=1764000000,v1=7d30677170eef90881d27d4ed43c2fbd6dc9b8344fa6abe28751fe26722a3342"
        );
    }
}
