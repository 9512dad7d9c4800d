//! The keys that make carts, forms and order links tamper-proof: HMAC-SHA-256, rotated by an operator.
//!
//! A key file has one key a line, `<id> <base64>`: a number from 0 to 255 and at least 32 random bytes. The first key
//! signs; all of them are accepted, so a new key is put on top and the old one removed when what it signed has expired.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of a tag that are sent: 128 bits, as strong as anything here needs.
const TAG_BYTES: usize = 16;
/// Fewest bytes of a key.
const LEAST_KEY_BYTES: usize = 32;

/// The keys of a shop; the first one signs.
#[derive(Clone)]
pub struct Keys {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: u8,
    secret: Vec<u8>,
}

/// What something signed is for: a seal of one purpose is worth nothing for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The cart in a cookie.
    Cart,
    /// A checkout form that was shown.
    Form,
    /// The link to an order.
    Order,
    /// A withdrawal's form that was shown, and the link to what was received.
    Withdrawal,
    /// The id of a request to be told when something can be had again.
    StockRequest,
    /// What lets a customer into the markets of a group.
    Group,
}

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("the key file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no random bytes.
    #[error("no random bytes for a key: {0}")]
    Random(getrandom::Error),
    /// A line is not a key. The line itself is a secret and not repeated.
    #[error("the key file {}, line {line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<u8> = self.keys.iter().map(|key| key.id).collect();
        write!(f, "Keys({ids:?})")
    }
}

impl Keys {
    /// The keys in a file.
    ///
    /// # Errors
    /// It cannot be read, or is not a list of keys.
    pub fn load(path: &Path) -> Result<Self, KeysError> {
        let text = fs::read_to_string(path).map_err(|source| KeysError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|(line, problem)| KeysError::Line {
            path: path.to_owned(),
            line,
            problem,
        })
    }

    /// The keys in a file; a new key in a new file if there is none, readable by this user alone.
    ///
    /// # Errors
    /// As [`Keys::load`], or the file cannot be written.
    pub fn load_or_create(path: &Path) -> Result<Self, KeysError> {
        if !path.exists() {
            let mut secret = [0; LEAST_KEY_BYTES];
            getrandom::fill(&mut secret).map_err(KeysError::Random)?;
            create(path, &format!("1 {}\n", STANDARD.encode(secret))).map_err(|source| {
                KeysError::Io {
                    path: path.to_owned(),
                    source,
                }
            })?;
        }
        Self::load(path)
    }

    /// The keys in a file of the merchant's, or in one in our own folder, which is made if it is not there.
    ///
    /// # Errors
    /// As [`Keys::load_or_create`].
    pub fn open_file(path: &Path, own: &Path) -> Result<Self, KeysError> {
        match path.starts_with(own) {
            true => Self::load_or_create(path),
            false => Self::load(path),
        }
    }

    /// Keys by the text of a file.
    ///
    /// # Errors
    /// The number of a line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut keys = Vec::new();
        let mut ids = BTreeSet::new();
        let lines = (1..).zip(text.lines().map(str::trim));
        for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let key = Key::parse(line).map_err(|problem| (number, problem))?;
            if !ids.insert(key.id) {
                return Err((number, "this number has a key already"));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err((
                1,
                "there is no key; a line is a number, a space and 32 bytes in base64",
            ));
        }
        Ok(Self { keys })
    }

    /// A text that carries a message and proves that we wrote it, of the letters that cookies and addresses take.
    pub fn seal(&self, purpose: Purpose, message: &[u8]) -> String {
        let mut sealed = Vec::with_capacity(1 + message.len() + TAG_BYTES);
        // Keys without a key do not exist; see `parse`.
        if let Some(key) = self.keys.first() {
            sealed.push(key.id);
            sealed.extend(message);
            sealed.extend(key.tag(purpose, message));
        }
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// A number that nobody can work out who lacks the keys, the same for the same message; what it is of is not told by it.
    pub fn number(&self, purpose: Purpose, message: &[u8]) -> u128 {
        let Some(key) = self.keys.first() else {
            return 0;
        };
        let whole = key.mac(purpose, message).finalize().into_bytes();
        let bytes = whole.iter().take(16);
        bytes.fold(0, |number, &byte| (number << 8) | u128::from(byte))
    }

    /// The message of a sealed text; none if we did not write it for this purpose, or its key is gone.
    pub fn open(&self, purpose: Purpose, text: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&id, rest) = sealed.split_first()?;
        let (message, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_BYTES)?)?;
        let key = self.keys.iter().find(|key| key.id == id)?;
        // Compared in constant time.
        key.mac(purpose, message).verify_truncated_left(tag).ok()?;
        Some(message.to_vec())
    }
}

impl Key {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let (id, secret) = line
            .split_once(char::is_whitespace)
            .ok_or("a key is a number, a space and base64")?;
        let id = id.parse().map_err(|_| "a key's number is from 0 to 255")?;
        let secret = STANDARD
            .decode(secret.trim())
            .map_err(|_| "the key is not base64")?;
        if secret.len() < LEAST_KEY_BYTES {
            return Err("the key has fewer than 32 bytes");
        }
        Ok(Self { id, secret })
    }

    /// The number of the key is under the tag as well, so that no byte of a seal can change.
    fn mac(&self, purpose: Purpose, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret)
            .expect("invariant: HMAC takes keys of any length");
        mac.update(&[purpose as u8, self.id]);
        mac.update(message);
        mac
    }

    fn tag(&self, purpose: Purpose, message: &[u8]) -> [u8; TAG_BYTES] {
        let whole = self.mac(purpose, message).finalize().into_bytes();
        let mut tag = [0; TAG_BYTES];
        tag.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        tag
    }
}

/// Writes a new file that only we may read, whole or not at all. One that came into being meanwhile is kept.
fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let staged = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&staged)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let named = fs::hard_link(&staged, path);
    fs::remove_file(&staged)?;
    match named {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u8, byte: u8) -> String {
        format!("{id} {}\n", STANDARD.encode([byte; 32]))
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let keys = Keys::parse(&key(7, 1)).unwrap();
        let sealed = keys.seal(Purpose::Cart, b"two chairs");
        assert_eq!(keys.open(Purpose::Cart, &sealed).unwrap(), b"two chairs");
        assert_eq!(keys.open(Purpose::Order, &sealed), None);
    }

    #[test]
    fn no_byte_of_a_seal_can_change() {
        let keys = Keys::parse(&format!("{}{}", key(7, 1), key(6, 1))).unwrap();
        let sealed = keys.seal(Purpose::Cart, b"two chairs");
        for at in 0..sealed.len() {
            for other in (0..=255).filter(|&byte| byte != sealed.as_bytes()[at]) {
                let mut changed = sealed.clone().into_bytes();
                changed[at] = other;
                let Ok(changed) = String::from_utf8(changed) else {
                    continue;
                };
                assert_eq!(keys.open(Purpose::Cart, &changed), None, "{changed}");
            }
            assert_eq!(keys.open(Purpose::Cart, &sealed[..at]), None);
        }
        assert_eq!(keys.open(Purpose::Cart, &format!("{sealed}A")), None);
    }

    #[test]
    fn keys_rotate() {
        let old = Keys::parse(&key(1, 1)).unwrap();
        let both = Keys::parse(&format!("# new\n{}\n{}", key(2, 2), key(1, 1))).unwrap();
        let new = Keys::parse(&key(2, 2)).unwrap();
        let sealed = old.seal(Purpose::Cart, b"x");
        assert!(both.open(Purpose::Cart, &sealed).is_some());
        assert!(new.open(Purpose::Cart, &sealed).is_none());
        assert!(
            new.open(Purpose::Cart, &both.seal(Purpose::Cart, b"x"))
                .is_some()
        );
    }

    #[test]
    fn a_bad_file_is_refused_without_telling_the_key() {
        for (text, problem) in [
            ("", "there is no key"),
            ("secretsecret", "a number, a space"),
            ("300 secretsecret", "from 0 to 255"),
            ("1 !!!secretsecret", "not base64"),
            ("1 c2VjcmV0c2VjcmV0", "fewer than 32"),
            (&format!("{}{}", key(1, 1), key(1, 2)), "already"),
        ] {
            let (_, told) = Keys::parse(text).unwrap_err();
            assert!(told.contains(problem), "{text}: {told}");
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        fs::write(&file, "1 c2VjcmV0c2VjcmV0").unwrap();
        let error = Keys::load(&file).unwrap_err().to_string();
        assert!(
            error.contains("line 1") && !error.contains("c2Vj"),
            "{error}"
        );
    }

    #[test]
    fn a_key_is_made_once_and_for_us_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server/keys");
        let sealed = Keys::load_or_create(&file)
            .unwrap()
            .seal(Purpose::Form, b"x");
        let again = Keys::load_or_create(&file).unwrap();
        assert!(again.open(Purpose::Form, &sealed).is_some());
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
