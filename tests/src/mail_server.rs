//! A mail server that keeps what it is sent, and refuses what a test wants refused.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A running mail server.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    shared: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What it says to the next recipients, instead of taking their mail.
    refusal: Option<String>,
    mails: Vec<String>,
    tries: usize,
}

impl MailServer {
    /// Starts on a free port, on a thread that ends with the process.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(State::default()));
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away in the middle is no concern of ours.
                let _ = converse(stream, &state);
            }
        });
        Ok(Self { address, shared })
    }

    /// Its address, as a configuration has it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Says this to recipients from now on, such as `451 try later`; nothing takes their mail.
    pub fn says(&self, refusal: Option<&str>) {
        lock(&self.shared).refusal = refusal.map(str::to_owned);
    }

    /// The mails that it took, headers and all.
    pub fn mails(&self) -> Vec<String> {
        lock(&self.shared).mails.clone()
    }

    /// How many recipients it was asked for.
    pub fn tries(&self) -> usize {
        lock(&self.shared).tries
    }
}

fn converse(stream: TcpStream, shared: &Mutex<State>) -> std::io::Result<()> {
    let mut answers = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let mut say = |text: &str| answers.write_all(format!("{text}\r\n").as_bytes());
    say("220 mail.example ready")?;
    while let Some(line) = lines.next().transpose()? {
        match line
            .get(..4)
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "RCPT" => {
                let mut state = lock(shared);
                state.tries += 1;
                say(state.refusal.as_deref().unwrap_or("250 ok"))?;
            }
            "DATA" => {
                say("354 go on")?;
                let mut mail = String::new();
                while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                    mail += &line;
                    mail.push('\n');
                }
                lock(shared).mails.push(mail);
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
    Ok(())
}

fn lock(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
