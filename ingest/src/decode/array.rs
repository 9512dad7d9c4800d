//! Records as the elements of one array in a JSON page, at a JSON pointer (RFC 6901).
//!
//! The page around the array is checked to be whole: a page cut off behind its last record is still cut off.

use super::error::DecodeError;
use super::scan::{Copied, Scanner, name};

/// A page standing before the next element of its array.
pub(super) struct Array {
    scanner: Scanner,
    /// What encloses the array, outermost first, with what led inwards.
    around: Vec<Around>,
    is_first: bool,
    is_done: bool,
}

enum Around {
    /// An object, and the key that was followed.
    Object(String),
    Array,
}

impl Array {
    /// Walks to the array.
    pub(super) fn open(mut scanner: Scanner, pointer: &str) -> Result<Self, DecodeError> {
        if scanner.peek()?.is_none() {
            let expected = expected(pointer);
            return Err(DecodeError::Empty {
                page: scanner.page().to_owned(),
                expected,
            });
        }
        let mut around = Vec::new();
        let mut walked = String::new();
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            around.push(enter(&mut scanner, &token, pointer, &walked)?);
            walked.push('/');
            walked.push_str(&token);
        }
        match scanner.peek()? {
            Some(b'[') => scanner.expect(b'[', "an array")?,
            Some(byte) if pointer.is_empty() => {
                return Err(scanner.unexpected(&expected(pointer), byte));
            }
            Some(byte) => {
                let detail = format!("expected an array, got {}", name(byte));
                return Err(nothing(&scanner, pointer, detail));
            }
            None => return Err(scanner.cut_off("an array of records")),
        }
        Ok(Self {
            scanner,
            around,
            is_first: true,
            is_done: false,
        })
    }

    pub(super) fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// Stands before the next element; false behind the last one, when the page has been read to its end.
    pub(super) fn advance(&mut self) -> Result<bool, DecodeError> {
        if self.is_done {
            return Ok(false);
        }
        if self.scanner.peek()? == Some(b']') {
            self.scanner.expect(b']', "the end of the array")?;
            self.is_done = true;
            self.leave()?;
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            self.scanner
                .expect(b',', "a comma or the end of the array of records")?;
            if self.scanner.peek()? == Some(b']') {
                return Err(self.scanner.unexpected("a record after the comma", b']'));
            }
        }
        Ok(true)
    }

    /// Copies the element.
    pub(super) fn copy(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<Copied, DecodeError> {
        out.clear();
        self.scanner.copy(out, limit)
    }

    /// Reads what is left of the page.
    fn leave(&mut self) -> Result<(), DecodeError> {
        while let Some(around) = self.around.pop() {
            match around {
                Around::Object(followed) => {
                    while !ends(&mut self.scanner, b'}')? {
                        let key = self.scanner.key()?;
                        if key == followed {
                            let got = format!("`{key}` a second time");
                            let place = self.scanner.place();
                            return Err(DecodeError::Unexpected {
                                place,
                                expected: "each key once".to_owned(),
                                got,
                            });
                        }
                        self.scanner.skip()?;
                    }
                }
                Around::Array => {
                    while !ends(&mut self.scanner, b']')? {
                        self.scanner.skip()?;
                    }
                }
            }
        }
        match self.scanner.peek()? {
            None => Ok(()),
            Some(byte) => Err(self.scanner.unexpected("the end of the page", byte)),
        }
    }
}

/// Whether the enclosing object or array ends here; otherwise takes the comma.
fn ends(scanner: &mut Scanner, closer: u8) -> Result<bool, DecodeError> {
    match scanner.next("a comma or the end")? {
        b',' => Ok(false),
        byte if byte == closer => Ok(true),
        byte => Err(scanner.unexpected("a comma or the end", byte)),
    }
}

/// Steps into the member of that name, or the element of that index.
fn enter(
    scanner: &mut Scanner,
    token: &str,
    pointer: &str,
    walked: &str,
) -> Result<Around, DecodeError> {
    let missing =
        |scanner: &Scanner| nothing(scanner, pointer, format!("`{walked}` has no `{token}`"));
    match scanner.next("an object")? {
        b'{' => {
            if scanner.peek()? == Some(b'}') {
                return Err(missing(scanner));
            }
            loop {
                let key = scanner.key()?;
                if key == token {
                    return Ok(Around::Object(key));
                }
                scanner.skip()?;
                if ends(scanner, b'}')? {
                    return Err(missing(scanner));
                }
            }
        }
        b'[' => {
            let Ok(index) = token.parse::<usize>() else {
                return Err(nothing(
                    scanner,
                    pointer,
                    format!("`{walked}` is an array, and `{token}` is not an index"),
                ));
            };
            if scanner.peek()? == Some(b']') {
                return Err(missing(scanner));
            }
            for _ in 0..index {
                scanner.skip()?;
                if ends(scanner, b']')? {
                    return Err(missing(scanner));
                }
            }
            Ok(Around::Array)
        }
        byte if walked.is_empty() => Err(scanner.unexpected(&expected(pointer), byte)),
        byte => Err(nothing(
            scanner,
            pointer,
            format!("`{walked}` is {}", name(byte)),
        )),
    }
}

fn nothing(scanner: &Scanner, pointer: &str, detail: String) -> DecodeError {
    DecodeError::NoRecords {
        page: scanner.page().to_owned(),
        pointer: pointer.to_owned(),
        detail,
    }
}

fn expected(pointer: &str) -> String {
    if pointer.is_empty() {
        "an array of records".to_owned()
    } else {
        format!("a document with an array of records at `{pointer}`")
    }
}
