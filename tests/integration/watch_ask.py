"""Speak to sekisho-watch: watch_ask.py STATE password ID PASSWORD... | unsealed
ID PASSWORD | status | raw JSON. Exit status 0: the answer is ok."""
import array, fcntl, json, os, socket, sys

state, op, *rest = sys.argv[1:]
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(120)
s.connect(f"{state}/people/watch.sock")
fds = []
if op in ("password", "unsealed"):
    fd = os.memfd_create("secret", os.MFD_ALLOW_SEALING)
    os.write(fd, "\n".join(rest[1:]).encode())
    if op == "password":
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW |
                    fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    fds = [fd]
    text = json.dumps({"op": "password", "id": rest[0], "who": "yamada"})
else:
    text = rest[0] if op == "raw" else json.dumps({"op": op})
s.sendmsg([text.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
answer = s.recv(4096).decode()
print(answer)
sys.exit(0 if json.loads(answer)["ok"] else 1)
