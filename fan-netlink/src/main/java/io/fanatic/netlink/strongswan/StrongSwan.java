package io.fanatic.netlink.strongswan;

import io.fanatic.core.DurableFile;
import io.fanatic.core.Encryption;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.NamespaceCookie;
import io.fanatic.netlink.route.IpsecPolicies;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What strongSwan's daemon is told of encrypted fans, in the calling thread's network namespace. What else it has is the administrator's:
 * neither read nor loaded nor unloaded by us.
 *
 * <pre>
 *   runDir/strongswan-fan-250:4097.conf      what was loaded, with the cookie of the network namespace; gone with the boot
 * </pre>
 *
 * <p>While it is being loaded, its first line says so, with what the daemon calls the private keys that it had before: whoever is killed
 * then has told it a part of that, maybe none.
 *
 * <p>Not among the files that the daemon itself loads when it starts: without a tunnel behind it, a host that decrypts a packet answers
 * "port unreachable", with a part of the packet in clear.
 */
public final class StrongSwan {
    private static final String BEGIN = "strongswan-";
    private static final String ENDING = ".conf";
    private static final String LOADING = "# being loaded; private keys before: ";
    private static final int MAX_FILE = 1 << 20;

    private final Path directory;
    private final Path socket;

    /**
     * The daemon that listens at a socket.
     *
     * @param directory for the files, such as /run/fanatic; it is made when the first is written
     * @param socket such as /run/charon.vici
     */
    public StrongSwan(Path directory, Path socket) {
        this.directory = directory;
        this.socket = socket;
    }

    /**
     * {@return why strongSwan cannot be given a fan, and what to do; empty when it can}
     *
     * @param method how hosts of the fan prove who they are
     */
    public Optional<String> obstacle(Encryption.Method method) {
        try (Vici daemon = Vici.connect(socket)) {
            List<String> plugins = daemon.request("stats", new Section()).list("plugins");
            // Without it a certificate for one address would do for all.
            return method == Encryption.Method.CERTIFICATE && !plugins.contains("addrblock")
                    ? Optional.of(
                            "strongSwan has not loaded its plugin addrblock, which holds hosts to the addresses of their certificates;"
                                    + " install the package libcharon-extra-plugins, and systemctl restart strongswan")
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "strongSwan does not answer at " + socket + " (" + DurableFile.reason(e)
                            + "); install the packages charon-systemd and strongswan-swanctl, and start it by systemctl start strongswan");
        }
    }

    /** {@return our files, and whether the daemon has what they say} */
    public List<FanConnections> list() {
        List<FanConnections> all = files();
        if (!all.isEmpty()) {
            List<String> loaded = loaded();
            Set<Integer> encrypted = loaded.isEmpty() ? Set.of() : IpsecPolicies.encryptedPorts();
            all.replaceAll(one -> new FanConnections(
                    one.name(),
                    one.text(),
                    one.loaded() && loaded.containsAll(one.connections()) && encrypted.containsAll(one.ports())));
        }
        return all;
    }

    /** Loaded are those that somebody has loaded whole, whatever became of them since. */
    private List<FanConnections> files() {
        List<FanConnections> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, BEGIN + "*" + ending())) {
            for (Path file : files) {
                String text = new String(DurableFile.read(file, MAX_FILE), StandardCharsets.UTF_8);
                String name = file.getFileName().toString();
                boolean loading = text.startsWith(LOADING);
                all.add(new FanConnections(
                        name.substring(BEGIN.length(), name.length() - ending().length()),
                        loading ? text.substring(text.indexOf('\n') + 1) : text,
                        !loading));
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return all;
        } catch (IOException e) {
            throw failed("cannot read " + directory, e);
        }
        return all;
    }

    /** The names of the daemon's connections; none where no daemon runs. */
    private List<String> loaded() {
        try (Vici daemon = Vici.connect(socket)) {
            return daemon.request("get-conns", new Section()).list("conns");
        } catch (IOException notRunning) {
            return List.of();
        }
    }

    /**
     * Writes the file of a fan, readable for root only, and has the daemon load it where it is to be loaded.
     *
     * @param wanted as it is to be
     * @throws IpsecException when the file cannot be written, or the daemon refuses
     */
    public void put(FanConnections wanted) {
        Path file = file(wanted.name());
        Set<String> keysBefore = privateKeys(wanted.name());
        try {
            DurableFile.makeOwnDirectory(directory);
            if (!Files.exists(file)) {
                // A new file is nobody else's from its first byte on, and stays so when its content is replaced.
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw failed("cannot write " + file, e);
        }
        write(file, LOADING + String.join(" ", keysBefore) + "\n" + wanted.text());
        if (!wanted.loaded()) {
            unload(wanted.name());
        } else {
            List<Handshake.Made> before = new ArrayList<>();
            unloading(
                    wanted.name(),
                    daemon -> before.addAll(unload(daemon, wanted.name(), wanted.connections(), wanted.sharedKeys())));
            load(wanted);
            if (!IpsecPolicies.encryptedPorts().containsAll(wanted.ports())) {
                throw new IpsecException(
                        "strongSwan, which listens at " + socket + ", has loaded " + file
                                + " and installed no policies here, as it does in another network namespace; run one here",
                        null);
            }
            renew(wanted, before);
        }
        // Not before: whoever undoes a change that failed has the key from the daemon, as the file may have another by
        // now.
        files().forEach(one -> keysBefore.removeAll(one.privateKeys()));
        unloadKeys(wanted.name(), keysBefore);
        write(file, wanted.text());
    }

    private static void write(Path file, String text) {
        try {
            DurableFile.replace(file, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw failed("cannot write " + file, e);
        }
    }

    /** What hosts made with each other by IKE, for one fan. */
    private static List<Handshake.Made> established(Vici daemon, String name) throws IOException {
        List<Handshake.Made> all = Handshake.made(daemon);
        all.removeIf(each -> !each.connection().startsWith(name + "-"));
        return all;
    }

    /**
     * Replaces what was made with other keys or certificates. A host that answers gets new security associations before the old ones go, so
     * that no packet is lost but those on their way.
     */
    private void renew(FanConnections wanted, List<Handshake.Made> before) {
        try (Vici daemon = Vici.connect(socket)) {
            Set<String> peers = new HashSet<>();
            for (Handshake.Made each : before) {
                if (each.isUp() && peers.add(each.local() + " " + each.remote())) {
                    Handshake.with(daemon, socket, wanted, each.local(), each.remote());
                }
            }
            for (Handshake.Made each : before) {
                each.end(daemon);
            }
        } catch (IOException e) {
            throw failed("strongSwan did not replace the keys of " + wanted.name(), e);
        }
    }

    /**
     * Has the daemon make keys with one other host now, as the first packet to it does, and tells what comes of it.
     *
     * @param name of the fan's file
     * @param local underlay address of this host
     * @param remote underlay address of the other
     */
    public KeyExchange exchangeKeys(String name, Ipv4Address local, Ipv4Address remote) {
        for (FanConnections fan : files()) {
            if (fan.name().equals(name)) {
                try (Vici daemon = Vici.connect(socket)) {
                    List<Handshake.Made> before = established(daemon, name);
                    Handshake handshake = Handshake.with(daemon, socket, fan, local.toString(), remote.toString());
                    boolean had = before.stream()
                            .anyMatch(each -> each.isUp() && each.remote().equals(remote.toString()));
                    for (Handshake.Made each : established(daemon, name)) {
                        // Of an attempt is left what the host can use, and did not have.
                        if (each.connection().equals(handshake.connection())
                                && !before.contains(each)
                                && (had || !handshake.made())) {
                            each.end(daemon);
                        }
                    }
                    return KeyExchange.of(handshake);
                } catch (IOException e) {
                    return new KeyExchange(KeyExchange.Outcome.OTHER, DurableFile.reason(e));
                }
            }
        }
        return new KeyExchange(KeyExchange.Outcome.OTHER, "strongSwan was not told of " + name);
    }

    private void load(FanConnections wanted) {
        Section settings = wanted.settings();
        try (Vici daemon = Vici.connect(socket)) {
            for (Map.Entry<String, Section> secret :
                    settings.in("secrets").sections().entrySet()) {
                if (secret.getKey().startsWith(FanConnections.PRIVATE_KEY)) {
                    loadPrivateKey(daemon, secret.getValue());
                } else {
                    loadSharedKey(daemon, secret.getKey(), secret.getValue());
                }
            }
            for (String list : settings.list(FanConnections.REVOCATIONS)) {
                succeed(daemon.request(
                        "load-cert",
                        new Section()
                                .set("type", "X509_CRL")
                                .set("flag", "NONE")
                                .set("data", new Pem(Pem.REVOCATIONS, list).text())));
            }
            List<String> loaded = daemon.request("get-conns", new Section()).list("conns");
            for (Map.Entry<String, Section> connection :
                    settings.in("connections").sections().entrySet()) {
                loadConnection(
                        daemon,
                        connection.getKey(),
                        inPem(connection.getValue()),
                        loaded.contains(connection.getKey()));
            }
        } catch (IOException e) {
            throw failed("strongSwan did not load " + file(wanted.name()), e);
        }
    }

    /**
     * Where it replaces one, the daemon takes the trap policies of that one away and then installs those of the new one: what is sent in
     * between is blocked. The same connection under another name keeps the policies there meanwhile.
     */
    private static void loadConnection(Vici daemon, String name, Section connection, boolean replaces)
            throws IOException {
        Section wanted = new Section().put(name, connection);
        if (!replaces) {
            succeed(daemon.request("load-conn", wanted));
            return;
        }
        String meanwhile = name + "-meanwhile";
        succeed(daemon.request("load-conn", new Section().put(meanwhile, connection)));
        try (Closeable gone = () -> succeed(daemon.request("unload-conn", new Section().set("name", meanwhile)))) {
            succeed(daemon.request("load-conn", wanted));
        }
    }

    private static void loadSharedKey(Vici daemon, String name, Section secret) throws IOException {
        String hex = secret.value("secret").orElse("0x").substring(2);
        Section message = new Section().set("id", name).set("type", "IKE");
        message.set("data", new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8));
        List<String> owners = new ArrayList<>();
        secret.values().forEach((key, value) -> {
            if (key.startsWith("id")) {
                owners.add(value);
            }
        });
        message.set("owners", owners);
        succeed(daemon.request("load-shared", message));
    }

    /** Only where the daemon does not have it. */
    private static void loadPrivateKey(Vici daemon, Section secret) throws IOException {
        String id = secret.value("id").orElse("");
        if (daemon.request("get-keys", new Section()).list("keys").contains(id)) {
            return;
        }
        Path file = Path.of(secret.value("file").orElse(""));
        Section loaded = daemon.request(
                "load-key", new Section().set("type", "any").set("data", HostCertificate.privateKey(file)));
        succeed(loaded);
        if (!loaded.value("id").equals(Optional.of(id))) {
            succeed(daemon.request(
                    "unload-key", new Section().set("id", loaded.value("id").orElse(""))));
            throw new IOException(file + " has another private key by now; run fanctl up again");
        }
    }

    /** A connection with its certificates as the daemon takes them. */
    static Section inPem(Section connection) {
        inPem(connection.in("local"), FanConnections.CERTIFICATES);
        inPem(connection.in("remote"), FanConnections.AUTHORITIES);
        return connection;
    }

    private static void inPem(Section section, String name) {
        List<String> certificates = new ArrayList<>();
        for (String base64 : section.list(name)) {
            certificates.add(new Pem(Pem.CERTIFICATE, base64).text());
        }
        if (!certificates.isEmpty()) {
            section.set(name, certificates);
        }
    }

    static void succeed(Section answer) throws IOException {
        if (!answer.value("success").equals(Optional.of("yes"))) {
            throw new IOException(answer.value("errmsg").orElse("it said nothing"));
        }
    }

    /**
     * Has the daemon forget what it has of a fan, keys that are in use among it, and then deletes the file: while there is something left to
     * unload, the file tells of it.
     *
     * @param name of the file, without its ending
     * @throws IpsecException when the daemon does not unload it, or the file cannot be deleted
     */
    public void remove(String name) {
        Set<String> keys = privateKeys(name);
        unload(name);
        for (FanConnections one : files()) {
            if (!one.name().equals(name)) {
                keys.removeAll(one.privateKeys());
            }
        }
        unloadKeys(name, keys);
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw failed("cannot delete " + file(name), e);
        }
    }

    /** Those of a fan's file, and while it is being loaded those before it. */
    private Set<String> privateKeys(String name) {
        Set<String> keys = new HashSet<>();
        for (FanConnections one : files()) {
            if (one.name().equals(name)) {
                keys.addAll(one.privateKeys());
                keys.addAll(keysBefore(file(name)));
            }
        }
        return keys;
    }

    private static List<String> keysBefore(Path file) {
        try {
            String text = new String(DurableFile.read(file, MAX_FILE), StandardCharsets.UTF_8);
            String line = text.lines().findFirst().orElse("");
            return line.length() > LOADING.length() && line.startsWith(LOADING)
                    ? List.of(line.substring(LOADING.length()).split(" "))
                    : List.of();
        } catch (IOException e) {
            throw failed("cannot read " + file, e);
        }
    }

    private void unloadKeys(String name, Set<String> keys) {
        if (keys.isEmpty()) {
            return;
        }
        unloading(name, daemon -> {
            for (String id : daemon.request("get-keys", new Section()).list("keys")) {
                if (keys.contains(id)) {
                    succeed(daemon.request("unload-key", new Section().set("id", id)));
                }
            }
        });
    }

    /** All of it but private keys, with what was made by it. */
    private void unload(String name) {
        unloading(name, daemon -> {
            for (Handshake.Made each : unload(daemon, name, Set.of(), Set.of())) {
                each.end(daemon);
            }
        });
    }

    /** {@return what was made by it, which goes on} */
    private static List<Handshake.Made> unload(
            Vici daemon, String name, Set<String> keptConnections, Set<String> keptKeys) throws IOException {
        List<Handshake.Made> made = established(daemon, name);
        for (String connection : daemon.request("get-conns", new Section()).list("conns")) {
            if (connection.startsWith(name + "-") && !keptConnections.contains(connection)) {
                succeed(daemon.request("unload-conn", new Section().set("name", connection)));
            }
        }
        String first = FanConnections.SHARED_KEY + name;
        for (String id : daemon.request("get-shared", new Section()).list("keys")) {
            if ((id.equals(first) || id.startsWith(first + ".")) && !keptKeys.contains(id)) {
                succeed(daemon.request("unload-shared", new Section().set("id", id)));
            }
        }
        return made;
    }

    private interface Unloading {
        void from(Vici daemon) throws IOException;
    }

    /** Where no daemon runs there is nothing to unload: with it went all that it had. */
    private void unloading(String name, Unloading work) {
        boolean connected = false;
        try (Vici daemon = Vici.connect(socket)) {
            connected = true;
            work.from(daemon);
        } catch (IOException e) {
            boolean runs = connected || !(e instanceof ConnectException) && Files.exists(socket);
            if (runs) {
                throw new IpsecException(
                        "strongSwan, which listens at " + socket + ", did not unload " + name + " ("
                                + DurableFile.reason(e) + "); run systemctl restart strongswan, and then this again",
                        e);
            }
        }
    }

    private Path file(String name) {
        return directory.resolve(BEGIN + name + ending());
    }

    private static String ending() {
        return ":" + NamespaceCookie.here() + ENDING;
    }

    private static IpsecException failed(String what, IOException e) {
        return new IpsecException(what + ": " + DurableFile.reason(e), e);
    }
}
