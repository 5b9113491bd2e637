#!/usr/bin/env python3
"""Calls over https: certificates are checked against SSL_CERT_FILE, names too; what cannot be trusted
is never sent a byte of a request."""
import json, os, shutil, socket, ssl, subprocess, sys, tempfile, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import Server, ask, ok, same, main, skip
from mocks import Mock, environment


class Tls:
    """Takes TLS off and passes the bytes on to a port."""

    def __init__(self, port, cert, key):
        self.port, self.shaken, self.resumed = port, 0, 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()
        harness.open_things.append(self)

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            with self.context.wrap_socket(raw, server_side=True) as client:
                data = client.recv(65536)
                if not data:
                    return
                self.shaken += 1
                self.resumed += client.session_reused
                with socket.create_connection(("127.0.0.1", self.port)) as inner:
                    threading.Thread(target=pump, args=(inner, client), daemon=True).start()
                    while data:
                        inner.sendall(data)
                        data = client.recv(65536)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.close()
    except OSError:
        pass


def certificate(name, address):
    folder = tempfile.mkdtemp(dir=harness.folder)
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
                    "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName={address}"],
                   check=True, capture_output=True)
    return cert, key


def calls():
    if not shutil.which("openssl"):
        return skip("calls over https", "there is no openssl to make certificates with")
    mock = Mock()
    good, other = certificate("here", "IP:127.0.0.1"), certificate("elsewhere", "DNS:elsewhere.example")

    def post(tls, trusted):
        server = Server(environment={**environment(mock), "MODEL_URL": tls.url + "/v1",
                                     "SSL_CERT_FILE": trusted})
        reply = server.post("Sealed on its way. Nobody reads it.")
        server.close()
        return reply

    tls = Tls(mock.port, *good)
    reply = post(tls, good[0])
    ok(reply.status == 200 and reply.json["result_type"] == "full", "a certificate that is trusted", reply)
    server = Server(environment={**environment(mock), "MODEL_URL": tls.url + "/v1", "SSL_CERT_FILE": good[0]},
                    flags=["--loops", "2"])
    connections, tls.shaken = [server.connection() for _ in range(2)], 0
    for i, connection in enumerate(connections):
        body = json.dumps({"document": f"Sealed. Nobody reads number {i}."})
        same(ask(connection, "POST", harness.ROUTE, body, server.headers(None, "", body)).status, 200,
             f"over https from loop {i}")
    same((tls.shaken, tls.resumed), (2, 1), "each loop has its own connection; the second takes up the TLS session of the first")
    server.close()
    for name, tls, trusted in (("is not trusted", Tls(mock.port, *good), other[0]),
                               ("names another host", Tls(mock.port, *other), other[0])):
        reply = post(tls, trusted)
        path = (reply.json or {}).get("versions", {}).get("fallback_path") or []
        ok(reply.status == 503 and "draft: connect_failed" in path and "brief: connect_failed" in path,
           f"a certificate that {name}: connect_failed", reply)
        same(tls.shaken, 0, f"a certificate that {name}: no byte of a request was sent")
    made = Server(environment={"MODEL_URL": tls.url, "SSL_CERT_FILE": "/no/such/file"}, start=False)
    made.start(wait=False)
    ok(made.wait(10) not in (0, None) and "SSL_CERT_FILE" in made.log(),
       "certificates that cannot be read are told at start", made.log())


if __name__ == "__main__":
    main(calls)
