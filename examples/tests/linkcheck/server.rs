//! A web site of many pages that counts what is asked for, and can hold all answers back.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// How long a test waits for something that is bound to happen.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct TestSite {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    pages: usize,
    counted: Mutex<Counted>,
    changed: Condvar,
}

struct Counted {
    /// GET requests by path.
    asked: HashMap<String, usize>,
    /// After so many answers the rest is held back.
    answers_left: usize,
    held_back: usize,
}

impl TestSite {
    /// A site of so many pages, on its own port.
    pub(crate) fn start(pages: usize) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let counted = Counted { asked: HashMap::new(), answers_left: usize::MAX, held_back: 0 };
        let state = Arc::new(State { pages, counted: Mutex::new(counted), changed: Condvar::new() });
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let state = shared.clone();
                std::thread::spawn(move || state.serve(&stream.unwrap()));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// From now on, answers so many requests and holds the others back.
    pub(crate) fn hold_back_after(&self, answers: usize) {
        self.state.counted().answers_left = answers;
    }

    /// Waits until a request is held back.
    pub(crate) fn wait_until_held_back(&self) {
        let state = &self.state;
        let (counted, waited) =
            state.changed.wait_timeout_while(state.counted(), PATIENCE, |counted| counted.held_back == 0).unwrap();
        assert!(!waited.timed_out(), "nothing was held back; asked: {:?}", counted.asked);
    }

    /// Answers everything again.
    pub(crate) fn release(&self) {
        let mut counted = self.state.counted();
        counted.answers_left = usize::MAX;
        counted.held_back = 0;
        self.state.changed.notify_all();
    }

    /// The GET requests so far, by path; starts to count anew.
    pub(crate) fn take_asked(&self) -> HashMap<String, usize> {
        std::mem::take(&mut self.state.counted().asked)
    }
}

impl State {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap()
    }

    fn serve(&self, stream: &TcpStream) {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let Some(request) = lines.next() else { return };
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        if method == "GET" {
            self.admit(path);
        }
        // "/to=URL" leads there.
        if let Some(location) = path.strip_prefix("/to=") {
            let head = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let mut stream = stream;
            return stream.write_all(head.as_bytes()).unwrap();
        }
        let (status, body) = self.answer(path);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let body = if method == "GET" { &*body } else { "" };
        let mut stream = stream;
        // A client that was killed does not read its answer.
        stream.write_all(format!("{head}{body}").as_bytes()).ok();
    }

    fn admit(&self, path: &str) {
        let mut counted = self.counted();
        *counted.asked.entry(path.to_owned()).or_default() += 1;
        while counted.answers_left == 0 {
            counted.held_back += 1;
            self.changed.notify_all();
            counted = self.changed.wait(counted).unwrap();
        }
        counted.answers_left -= 1;
    }

    /// Page 0 leads to all others over many ways, with a broken link or a missing place here and there.
    fn answer(&self, path: &str) -> (&'static str, String) {
        let number = match path {
            "/" => Some(0),
            _ => path.strip_prefix("/page").and_then(|number| number.parse().ok()),
        };
        let Some(number) = number.filter(|number| *number < self.pages) else {
            return ("404 Not Found", String::new());
        };
        let mut body = format!("<!doctype html><h1 id=n{number}>{number}</h1>\n");
        for next in [number + 1, number * 2 + 1, number * 2 + 2].map(|next| next % self.pages) {
            let path = if next == 0 { "/".to_owned() } else { format!("page{next}") };
            body += &format!("<a href={path}>next</a> <a href={path}#n{next}>there</a>\n");
        }
        if number % 7 == 3 {
            body += &format!("<a href=missing{}>not there</a>\n", number % 3);
        }
        if number % 5 == 2 {
            body += "<a href=page1#nowhere>no such place</a>\n";
        }
        ("200 OK", body)
    }
}
