#!/usr/bin/env python3
"""How calls travel: HTTP/2 where it is offered, over one connection (against Node's own server, which knows
nothing of Wright), connections used again, IPv6, a proxy and NO_PROXY from the environment."""
import json, os, shutil, socket, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import *
from mocks import Mock, environment
from test_tls_client import certificate, Tls, pump

H2 = r"""
const http2 = require('http2'), fs = require('fs');
const [cert, key, content, alpn] = process.argv.slice(2);
const seen = {sessions: 0, requests: 0, versions: {}};
const files = {cert: fs.readFileSync(cert), key: fs.readFileSync(key), allowHTTP1: true};
const server = alpn === 'http1' ? require('https').createServer(files) : http2.createSecureServer(files);
server.on('secureConnection', () => seen.sessions++);
server.on('request', (request, response) => {
  if (request.url === '/seen') return response.end(JSON.stringify(seen));
  seen.requests++;
  seen.versions[request.httpVersion] = (seen.versions[request.httpVersion] || 0) + 1;
  request.resume();
  request.on('end', () => {
    if (!request.url.endsWith('/chat/completions')) {
      response.writeHead(200, {'content-type': 'application/json'});
      return response.end('{"terms":{}}');
    }
    response.writeHead(200, {'content-type': 'text/event-stream'});
    const say = choice => response.write('data: ' + JSON.stringify({model: 'h2', choices: [choice]}) + '\n\n');
    let at = 0;
    const timer = setInterval(() => {
      say({index: 0, delta: {content: content.slice(at, at += 40)}});
      if (at < content.length) return;
      clearInterval(timer);
      say({index: 0, delta: {}, finish_reason: 'stop'});
      response.end('data: [DONE]\n\n');
    }, 5);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


class Node:
    def __init__(self, cert, key, alpn):
        script = os.path.join(harness.folder, "h2.js")
        with open(script, "w", encoding="utf-8") as file:
            file.write(H2)
        self.process = subprocess.Popen(["node", script, cert, key, json.dumps(POINTS), alpn], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        harness.open_things.append(self)
        self.port = int(self.process.stdout.readline())
        self.cert = cert

    def seen(self):
        import http.client, ssl
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10 * SLOW,
                                                 context=ssl.create_default_context(cafile=self.cert))
        connection.request("GET", "/seen")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def http2():
    if not shutil.which("openssl") or not shutil.which("node"):
        return skip("HTTP/2", "there is no openssl, or no node")
    cert, key = certificate("here", "IP:127.0.0.1")
    for alpn, version in (("both", "2.0"), ("http1", "1.1")):
        node = Node(cert, key, alpn)
        url = f"https://127.0.0.1:{node.port}"
        server = Server(environment={"MODEL_URL": url + "/v1", "GLOSSARY_URL": url, "SSL_CERT_FILE": cert})
        server.post(DOCUMENT + " First.")
        replies = together([lambda i=i: server.post(f"{DOCUMENT} Number {i}.") for i in range(24)])
        good = [reply for reply in replies if reply.status == 200 and reply.json["result_type"] == "full"]
        ok(len(good) == 24, f"HTTP/{version}: 24 requests at once, all in full", replies[:1])
        seen = node.seen()
        same(list(seen["versions"]), [version], f"all of them by HTTP/{version}")
        most = 2 * (os.cpu_count() or 1) + 1 if version == "2.0" else 50 + 1
        ok(seen["sessions"] <= most, f"{seen['requests']} requests over {seen['sessions']} connections", seen)
        server.close()


class Forward:
    """Passes bytes on to a port, and counts connections; `hello` reads what comes before them."""

    def __init__(self, port, address=("127.0.0.1", 0), family=socket.AF_INET, hello=None):
        self.port, self.hello, self.connections, self.asked = port, hello, 0, []
        self.listener = socket.create_server(address, family=family)
        self.own = self.listener.getsockname()[1]
        harness.open_things.append(self)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with client:
                if self.hello:
                    self.hello(self, client)
                with socket.create_connection(("127.0.0.1", self.port)) as inner:
                    threading.Thread(target=pump, args=(inner, client), daemon=True).start()
                    while data := client.recv(65536):
                        inner.sendall(data)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def used_again():
    mock = Mock()
    front = Forward(mock.port)
    server = Server(environment={**environment(mock), "MODEL_URL": f"http://127.0.0.1:{front.own}/v1"})
    for i in range(12):
        reply = server.post(f"Round {i}. It goes on and on. The wheel turns.")
        if reply.status != 200:
            return ok(False, f"round {i}", reply)
    ok(front.connections <= 2 * (os.cpu_count() or 1), f"12 calls over {front.connections} connections")


def ipv6():
    mock = Mock()
    try:
        front = Forward(mock.port, ("::1", 0), socket.AF_INET6)
    except OSError:
        return skip("IPv6", "this machine has no ::1")
    server = Server(environment={**environment(mock), "MODEL_URL": f"http://[::1]:{front.own}/v1"})
    reply = server.post("By the new road. It is wide and empty.")
    ok(reply.status == 200 and reply.json["result_type"] == "full" and front.connections > 0, "over IPv6", reply)


def connect(proxy, client):
    """The head of a CONNECT, byte by byte so that nothing of what follows is taken."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += client.recv(1) or b"\r\n\r\n"
    proxy.asked.append(head.split(b"\r\n")[0].decode())
    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")


def proxies():
    if not shutil.which("openssl"):
        return skip("proxies", "there is no openssl to make certificates with")
    mock = Mock()
    cert, key = certificate("models.test", "DNS:models.test")
    tls = Tls(mock.port, cert, key)
    proxy = Forward(int(tls.url.rsplit(":", 1)[1]), hello=connect)
    there = {**environment(mock), "MODEL_URL": "https://models.test/v1", "SSL_CERT_FILE": cert,
             "HTTPS_PROXY": f"http://127.0.0.1:{proxy.own}"}
    server = Server(environment=there)
    reply = server.post("Through the gate. Somebody keeps it.")
    ok(reply.status == 200 and reply.json["result_type"] == "full", "HTTPS_PROXY: through the proxy", reply)
    same(set(proxy.asked), {"CONNECT models.test:443 HTTP/1.1"}, "which is told the host, and no more")
    before = len(proxy.asked)
    server = Server(environment={**there, "NO_PROXY": "models.test"})
    reply = server.post("Past the gate. Nobody is at home.")
    ok(reply.status == 503 and len(proxy.asked) == before, "NO_PROXY: past it", reply)


if __name__ == "__main__":
    main(http2, used_again, ipv6, proxies)
