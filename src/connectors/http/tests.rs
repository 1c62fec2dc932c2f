//! Calls to a server on this machine that answers once.

use std::io::BufRead;
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use super::*;

/// A server that reads one request, up to its body, and answers with that text; it gives back what it read.
fn server(answer: &'static str) -> (Url, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = io::BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        head + &String::from_utf8(body).unwrap()
    });
    (url, served)
}

#[test]
fn a_request_is_sent_whole_and_answered() {
    let (url, served) = server("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
    let url = url.join("/api/x?a=b c").unwrap();
    let headers = [("Authorization".to_owned(), Secret::new("Bearer hunter2"))];
    let request = Request { method: "POST", url: &url, headers: &headers, body: Some("{\"a\": 1}") };
    let answer = call(&request, Duration::from_mins(1), &|| false).unwrap();
    assert_eq!((answer.status, answer.reason.as_str(), answer.body.as_slice()), (201, "Created", b"{}".as_slice()));
    let read = served.join().unwrap();
    assert!(read.starts_with("POST /api/x?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:"), "{read}");
    assert!(read.contains("\r\nAuthorization: Bearer hunter2\r\n") && read.ends_with("\r\n\r\n{\"a\": 1}"), "{read}");
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let request = Request { method: "GET", url: &url, headers: &[], body: None };
    let error = call(&request, Duration::from_millis(200), &|| false).unwrap_err();
    assert!(error.sent && !error.cancelled && error.message.contains("no whole answer within 0.2 s"), "{error}");
    let error = call(&request, Duration::from_mins(10), &|| true).unwrap_err();
    assert!(error.cancelled && !error.sent, "{error}");
}

#[test]
fn a_call_is_given_up_in_the_middle_of_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n").unwrap();
        // The answer goes on, only not yet.
        let _ = ended.recv();
    });
    let request = Request { method: "GET", url: &url, headers: &[], body: None };
    let asked = Cell::new(0);
    let cancelled = || asked.replace(asked.get() + 1) > 6;
    let error = call(&request, Duration::from_mins(10), &cancelled).unwrap_err();
    drop(end);
    served.join().unwrap();
    assert!(error.sent && error.cancelled, "{error}");
}

#[test]
fn nobody_there_is_told_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = Url::parse(&format!("http://{address}")).unwrap();
    let request = Request { method: "GET", url: &url, headers: &[], body: None };
    let error = call(&request, Duration::from_mins(1), &|| false).unwrap_err();
    assert!(!error.sent && error.message.starts_with(&format!("{address}: no connection")), "{error}");
}

#[test]
fn header_fields_are_looked_at_first() {
    assert!(check_header("X-Key", &Secret::new("hunter2")).is_ok());
    for (name, value) in [("X Key", "a"), ("", "a"), ("Host", "a"), ("X", "a\r\nY: b"), ("X", "é")] {
        assert!(check_header(name, &Secret::new(value)).is_err(), "{name}");
    }
}
