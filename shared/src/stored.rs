//! How what is read by people, too, is written down.

use serde::Serialize;

/// One JSON object over several lines, and the end of the last.
pub(crate) fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
