"""Drives libtorrent for tests and benchmarks: one torrent, one process, one JSON object a line on stdout.

Commands: seed, get, create, files, verify, scrape; see the parser at the end. A seeder runs until its standard input ends or it is
told to stop by SIGTERM; a downloader ends with exit code 0 as soon as everything is complete.
"""

import argparse
import json
import os
import signal
import sys
import threading

import libtorrent as lt

# Everything that looks for peers elsewhere is off; the rest is as libtorrent ships it.
SETTINGS = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    # Several peers share the loopback address here.
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification
    | lt.alert.category_t.storage_notification | lt.alert.category_t.tracker_notification,
}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def open_session(args):
    settings = dict(SETTINGS)
    host = f"[{args.bind}]" if ":" in args.bind else args.bind
    # A torrent with a certificate is listened for on a port that speaks nothing but TLS.
    settings["listen_interfaces"] = f"{host}:{args.port}{'s' if args.certificate else ''}"
    policy = {"required": 0, "preferred": 1, "off": 2}.get(args.encryption)
    if policy is not None:
        settings["in_enc_policy"] = settings["out_enc_policy"] = policy
        settings["allowed_enc_level"] = 2 if args.encryption == "required" else 3
        # Told to prefer encryption, it calls the peers of a tracker in the clear first all the same, and who
        # requires it closes on that. It calls again encrypted, but only after this time; it ships with a minute.
        settings["min_reconnect_time"] = 1
    settings["outgoing_interfaces"] = args.bind
    return lt.session(settings)


def add(session, args, seeding):
    if args.source.startswith("magnet:"):
        params = lt.parse_magnet_uri(args.source)
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(args.source)
    params.save_path = args.dir
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    params.flags |= lt.torrent_flags.disable_pex
    if seeding and args.trust:
        params.flags |= lt.torrent_flags.seed_mode
    for tracker in args.tracker:
        params.trackers = list(params.trackers) + [tracker]
    # It must not call anybody before it has something to show: it would wait a minute before it calls again.
    if args.certificate:
        params.flags |= lt.torrent_flags.paused
    handle = session.add_torrent(params)
    if args.certificate:
        # A key exchange of TLS 1.2 that nobody uses here has to be given its parameters all the same (RFC 7919).
        group = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ffdhe2048.pem")
        handle.set_ssl_certificate(args.certificate, args.certificate, group, args.passphrase)
        handle.resume()
    for peer in args.peer:
        host, port = peer.rsplit(":", 1)
        handle.connect_peer((host.strip("[]"), int(port)))
    return handle


def alerts(session):
    while True:
        session.wait_for_alert(500)
        yield from session.pop_alerts()


def stop_when_told():
    """A vanished parent closes our input: nothing is left behind then."""
    def watch():
        sys.stdin.buffer.read()
        os._exit(0)
    threading.Thread(target=watch, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def seed(args):
    stop_when_told()
    session = open_session(args)
    add(session, args, seeding=True)
    ready = False
    for alert in alerts(session):
        if isinstance(alert, lt.torrent_error_alert):
            say("error", message=alert.message())
            return 1
        if isinstance(alert, lt.torrent_checked_alert) and not alert.handle.status().is_seeding:
            say("error", message="the files are not complete")
            return 1
        if not ready and any(t.status().is_seeding for t in session.get_torrents()):
            ready = True
            say("seeding", port=session.listen_port())
    return 0


def get(args):
    session = open_session(args)
    handle = add(session, args, seeding=False)
    say("started", port=session.listen_port())
    for alert in alerts(session):
        if isinstance(alert, lt.metadata_received_alert):
            say("metadata")
        elif isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert)):
            say("error", message=alert.message())
            return 1
        elif isinstance(alert, lt.torrent_finished_alert):
            status = handle.status()
            say("complete", downloaded=status.total_payload_download)
            if args.keep_seeding:
                stop_when_told()
                continue
            # Closing the session waits for the disk; what is written is on the disk then.
            del handle
            session.pause()
            del session
            return 0
    return 1


def scrape(args):
    session = open_session(args)
    # It asks a loopback address for nothing but /announce otherwise, so that no torrent can reach into this machine.
    session.apply_settings({"ssrf_mitigation": False})
    handle = add(session, args, seeding=False)
    handle.scrape_tracker()
    for alert in alerts(session):
        if isinstance(alert, lt.scrape_reply_alert):
            say("scraped", complete=alert.complete, incomplete=alert.incomplete)
            return 0
        if isinstance(alert, lt.scrape_failed_alert):
            say("error", message=alert.message())
            return 1
    return 1


def create(args):
    storage = lt.file_storage()
    lt.add_files(storage, args.source)
    flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[args.format]
    torrent = lt.create_torrent(storage, args.piece_size, flags)
    if args.root_certificate:
        with open(args.root_certificate, encoding="ascii") as file:
            torrent.set_root_cert(file.read())
    for tracker in args.tracker:
        torrent.add_tracker(tracker)
    for url in args.web_seed:
        torrent.add_url_seed(url)
    lt.set_piece_hashes(torrent, os.path.dirname(os.path.abspath(args.source)))
    with open(args.output, "wb") as file:
        file.write(lt.bencode(torrent.generate()))
    hashes = lt.torrent_info(args.output).info_hashes()
    say("created", v1=str(hashes.v1) if hashes.has_v1() else None, v2=str(hashes.v2) if hashes.has_v2() else None)
    return 0


def files(args):
    """The number of each file as a link selects it: padding has numbers too, and is left out here."""
    storage = lt.torrent_info(args.source).files()
    numbers = {storage.file_path(i): i for i in range(storage.num_files())
               if not storage.file_flags(i) & lt.file_storage.flag_pad_file}
    say("files", numbers=numbers)
    return 0


def verify(args):
    session = open_session(args)
    add(session, args, seeding=False)
    for alert in alerts(session):
        if isinstance(alert, lt.torrent_checked_alert):
            status = alert.handle.status()
            say("verified", pieces=status.num_pieces, complete=status.is_seeding)
            return 0 if status.is_seeding else 4
    return 1


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for name, run in (("seed", seed), ("get", get), ("verify", verify), ("scrape", scrape)):
        command = commands.add_parser(name)
        command.add_argument("source", help="a .torrent file or a magnet link")
        command.add_argument("--dir", required=True)
        command.add_argument("--bind", default="127.0.0.1")
        command.add_argument("--port", type=int, default=0)
        command.add_argument("--peer", action="append", default=[])
        command.add_argument("--tracker", action="append", default=[])
        command.add_argument("--trust", action="store_true", help="do not check the files before seeding")
        command.add_argument("--keep-seeding", action="store_true")
        command.add_argument("--encryption", choices=("off", "preferred", "required"))
        command.add_argument("--certificate", default="", help="a PEM file of a certificate and its key")
        command.add_argument("--passphrase", default="", help="what opens the key; for tests alone")
        command.set_defaults(run=run)
    command = commands.add_parser("create")
    command.add_argument("source")
    command.add_argument("output")
    command.add_argument("--format", choices=("v1", "v2", "hybrid"), default="hybrid")
    command.add_argument("--piece-size", type=int, default=0)
    command.add_argument("--tracker", action="append", default=[])
    command.add_argument("--web-seed", action="append", default=[])
    command.add_argument("--root-certificate", default="", help="a PEM file of whom all peers must be signed by")
    command.set_defaults(run=create)
    command = commands.add_parser("files")
    command.add_argument("source", help="a .torrent file")
    command.set_defaults(run=files)
    args = parser.parse_args()
    code = args.run(args)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
