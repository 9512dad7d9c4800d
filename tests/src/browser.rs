//! A real browser for tests: chromium, driven through chromedriver with plain WebDriver calls.
//!
//! One driver process a browser, on a port of its own choice; both end when the browser is dropped.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What chromium needs to run anywhere, and to ask nobody but the shop for anything.
const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];

/// How big the window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1280 × 900.
    Desktop,
    /// 390 × 844, with a finger for a pointer where scripts run.
    Phone,
}

/// How often a browser is started before a test gives up.
const STARTS: usize = 5;

/// How long to wait before a browser is started once more: what it lacked may be there then.
const BETWEEN_STARTS: Duration = Duration::from_millis(500);

/// How often a click that the driver could not make is tried before a test gives up.
const CLICKS: usize = 8;

/// A browser with one page.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    session: String,
    client: reqwest::Client,
}

impl Browser {
    /// Opens a browser, with or without JavaScript.
    ///
    /// On a machine that is short of time chromium does not always start within the driver's patience, and a driver that
    /// is started beside others may end before it listens. Neither says anything about a page, so it is tried again, with
    /// a driver of its own.
    ///
    /// # Panics
    /// Neither chromedriver nor chromium is installed; `.ci/run` installs both.
    pub async fn open(screen: Screen, scripts: bool) -> Self {
        let mut said = Vec::new();
        while said.len() < STARTS {
            match Self::started(screen, scripts).await {
                Ok(browser) => return browser,
                Err(reason) => said.push(reason),
            }
            tokio::time::sleep(BETWEEN_STARTS).await;
        }
        panic!("no browser after {STARTS} attempts: {said:#?}")
    }

    /// A driver with a browser, or what either said instead.
    async fn started(screen: Screen, scripts: bool) -> Result<Self, String> {
        let mut browser = Self::driven(Command::new("chromedriver").arg("--port=0"))?;
        let session = browser.asked("", Some(capabilities(screen, scripts)));
        let session = session.await.map_err(|error| format!("{error:#}"))?;
        let id = session["sessionId"]
            .as_str()
            .ok_or_else(|| format!("no session: {session}"))?;
        browser.session = format!("{}/{id}", browser.session);
        Ok(browser)
    }

    /// A driver that has no browser yet, or what it said when it ended instead of listening.
    fn driven(command: &mut Command) -> Result<Self, String> {
        let mut driver = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing: `.ci/run` installs it with chromium on Debian");
        let stdout = driver.stdout.take().expect("the driver's output is a pipe");
        let mut said = Vec::new();
        let port = BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
            .inspect(|line| said.push(line.clone()))
            .find_map(|line| listens_on(&line));
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client without special wishes");
        // Whatever becomes of it, the process ends with this.
        let browser = Self {
            driver,
            session: port.map_or_else(String::new, |port| {
                format!("http://127.0.0.1:{port}/session")
            }),
            client,
        };
        match port {
            Some(_) => Ok(browser),
            None => Err(format!("the driver ended, it said: {}", said.join(" / "))),
        }
    }

    /// Opens an address.
    pub async fn go(&self, url: &str) {
        self.call("/url", Some(json!({"url": url}))).await;
    }

    /// The address that it shows.
    pub async fn url(&self) -> String {
        self.call("/url", None)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The value of a JavaScript expression, also on pages whose own scripts may not run.
    pub async fn value(&self, expression: &str) -> Value {
        self.call(
            "/execute/sync",
            Some(json!({"script": format!("return {expression}"), "args": []})),
        )
        .await
    }

    /// Runs a script in the page, for what it leaves there.
    pub async fn run(&self, script: &str) {
        self.call("/execute/sync", Some(json!({"script": script, "args": []})))
            .await;
    }

    /// What a script gives to the callback that is its last argument.
    pub async fn answer(&self, script: &str) -> Value {
        self.call(
            "/execute/async",
            Some(json!({"script": script, "args": []})),
        )
        .await
    }

    /// Lets pages know that their reader likes them `light` or `dark`, and still.
    pub async fn prefer_colours(&self, scheme: &str) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        let media = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
        self.call("/goog/cdp/execute", Some(media)).await;
    }

    /// Clicks the first element that a CSS selector finds, after scrolling to it.
    ///
    /// A page that is still moving can put something else under the pointer, or another element in the place of this one.
    /// The driver then says so and has clicked nothing, and a person would press once more.
    ///
    /// # Panics
    /// No such element, or the driver cannot click it after several attempts.
    pub async fn click(&self, selector: &str) {
        let mut said = Value::Null;
        for _ in 0..CLICKS {
            let element = self.element(selector).await;
            said = self
                .call(&format!("/element/{element}/click"), Some(json!({})))
                .await;
            if said["error"].is_null() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("`{selector}` cannot be clicked: {said}")
    }

    /// Puts the pointer on the first element that a CSS selector finds, after scrolling to it.
    pub async fn point_at(&self, selector: &str) {
        let id = self.element(selector).await;
        let origin = json!({"element-6066-11e4-a52e-4f735466cecf": id});
        self.call(
            "/execute/sync",
            Some(json!({"script": "arguments[0].scrollIntoView({block: 'center'})", "args": [origin]})),
        )
        .await;
        let step = json!({"type": "pointerMove", "duration": 20, "origin": origin, "x": 0, "y": 0});
        let pointer = json!({"type": "pointer", "id": "mouse", "actions": [step]});
        self.call("/actions", Some(json!({"actions": [pointer]})))
            .await;
    }

    /// Types into the first element that a CSS selector finds.
    pub async fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        let text = json!({"text": text});
        self.call(&format!("/element/{element}/value"), Some(text))
            .await;
    }

    /// Goes to the first link that a CSS selector finds, by keyboard.
    pub async fn follow(&self, selector: &str) {
        self.search_for(selector, "").await;
    }

    /// Types into the first element that a CSS selector finds, and presses Enter.
    pub async fn search_for(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.call(
            &format!("/element/{element}/value"),
            Some(json!({"text": format!("{text}\u{e007}")})),
        )
        .await;
    }

    /// What the window shows, from top to bottom of the page, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let height = self.value("document.documentElement.scrollHeight").await;
        let width = self.value("window.innerWidth").await;
        let metrics = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}});
        self.call("/goog/cdp/execute", Some(metrics)).await;
        let capture = json!({"cmd": "Page.captureScreenshot", "params": {"format": "png"}});
        let taken = self.call("/goog/cdp/execute", Some(capture)).await;
        let clear = json!({"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}});
        self.call("/goog/cdp/execute", Some(clear)).await;
        STANDARD
            .decode(taken["data"].as_str().expect("a picture"))
            .expect("base64 of a picture")
    }

    /// What the console said since it was asked last.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.call("/se/log", Some(json!({"type": "browser"}))).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| format!("{}: {}", entry["level"], entry["message"]))
            .collect()
    }

    async fn element(&self, selector: &str) -> String {
        let found = self
            .call(
                "/element",
                Some(json!({"using": "css selector", "value": selector})),
            )
            .await;
        let id = found
            .as_object()
            .and_then(|found| found.values().next())
            .and_then(Value::as_str);
        id.unwrap_or_else(|| panic!("no element is `{selector}`: {found}"))
            .to_owned()
    }

    async fn call(&self, path: &str, body: Option<Value>) -> Value {
        self.asked(path, body).await.expect("the driver answers")
    }

    async fn asked(&self, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.session);
        let request = match body {
            None => self.client.get(url),
            Some(body) => self
                .client
                .post(url)
                .header("content-type", "application/json")
                .body(body.to_string()),
        };
        let bytes = request.send().await?.bytes().await?;
        let answer: Value = serde_json::from_slice(&bytes)?;
        Ok(answer["value"].clone())
    }
}

/// The port in the line that a driver prints when it is ready.
fn listens_on(line: &str) -> Option<u16> {
    let (_, port) = line
        .strip_suffix('.')?
        .split_once("successfully on port ")?;
    port.parse().ok()
}

/// What a new session is asked to be.
fn capabilities(screen: Screen, scripts: bool) -> Value {
    let mut options = json!({"args": ARGUMENTS});
    if screen == Screen::Phone {
        // Without scripts, chromium does not always answer a tap, and the driver waits for it for good.
        options["mobileEmulation"] = json!({"deviceMetrics":
            {"width": 390, "height": 844, "pixelRatio": 2.0, "touch": scripts}});
    }
    if !scripts {
        options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
    }
    json!({"capabilities": {"alwaysMatch": {
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": options,
    }}})
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to quit over HTTP, the driver ends its chromium; killed, it would leave it behind.
        let session = self.session.trim_start_matches("http://").to_owned();
        if let Some((address, path)) = session.split_once('/') {
            let _ = quit(address, &format!("/{path}"));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn quit(address: &str, path: &str) -> std::io::Result<()> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "DELETE {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    stream.read(&mut [0; 64]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_ends_at_once_says_why() {
        let ended = Browser::driven(Command::new("sh").args(["-c", "echo port taken; exit 1"]));
        let reason = ended.expect_err("it never listens");
        assert!(reason.contains("port taken"), "{reason}");
    }

    #[test]
    fn a_driver_says_its_port() {
        let line = "ChromeDriver was started successfully on port 42597.";
        assert_eq!(listens_on(line), Some(42597));
        assert_eq!(listens_on("Starting ChromeDriver on port 0"), None);
    }
}
