package io.fanatic.netlink.strongswan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Encryption;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Transport;
import io.fanatic.netlink.host.FreshNamespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The real daemon in a namespace, with Debian's plugins and bypass-lan, which lets the packets of connected networks pass in clear; no packet is encrypted here, for which this kernel may lack ESP. */
class StrongSwanTest {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final List<Ipv4Address> ADDRESSES =
            List.of(Ipv4Address.parse("10.0.0.1"), Ipv4Address.parse("10.0.0.2"));
    private static final FanConnections CONNECTIONS = FanConnections.of(
            FAN,
            new Transport.Vxlan(250, 8472, false),
            false,
            ADDRESSES,
            new PreSharedKey(List.of("0123456789abcdef0123456789abcdef")));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path directory;

    private @Nullable Process daemon;

    private StrongSwan strongSwan() {
        return new StrongSwan(directory, directory.resolve("vici"));
    }

    private void start(List<String> command) throws IOException, InterruptedException {
        start(command, "");
    }

    private void start(List<String> command, String plugins) throws IOException, InterruptedException {
        Path settings = directory.resolve("strongswan.conf");
        Files.writeString(
                settings,
                "charon-systemd {\n load_modular = yes\n install_routes = no\n plugins {\n include /etc/strongswan.d/charon/*.conf\n"
                        + plugins + "\n bypass-lan {\n load = yes\n }\n vici {\n socket = unix://"
                        + directory.resolve("vici")
                        + "\n }\n }\n}\n");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("STRONGSWAN_CONF", settings.toString());
        daemon = builder.redirectOutput(directory.resolve("log").toFile()).start();
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (strongSwan().obstacle(Encryption.Method.PSK).isPresent()) {
            assertThat(daemon.isAlive() && System.nanoTime() < end)
                    .as(Files.readString(directory.resolve("log")))
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void start() throws IOException, InterruptedException {
        // Not on the loopback device, which bypass-lan does not look at.
        inside.sh("ip link add v0 type veth peer name v1");
        inside.sh("ip link set v1 up");
        inside.sh("ip link set v0 up");
        for (String address : List.of("10.0.0.1/16", "10.0.0.2/16")) {
            inside.sh("ip addr add " + address + " dev v0");
        }
        start(inside.namespace().command(List.of("charon-systemd")));
    }

    /** The plugin bypass-lan looks at the network after the daemon has begun to answer. */
    private void awaitBypassLan() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        String policies = inside.sh("ip xfrm policy");
        while (!policies.contains("src 10.0.0.0/16 dst 10.0.0.0/16")) {
            assertThat(System.nanoTime()).as(policies).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
            policies = inside.sh("ip xfrm policy");
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (daemon != null) {
            daemon.destroy();
            if (!daemon.waitFor(20, TimeUnit.SECONDS)) {
                daemon.destroyForcibly();
            }
        }
    }

    private List<FanConnections> list() {
        return inside.namespace().call(() -> strongSwan().list());
    }

    private void put(FanConnections connections) {
        inside.namespace().run(() -> strongSwan().put(connections));
    }

    @Test
    void aFanIsLoadedAheadOfWhatLetsEverythingPassAndUnloadedWithoutATrace() throws Exception {
        start();
        Section others = Section.parse(CONNECTIONS.text().replace("fan-250", "office"));
        try (Vici vici = Vici.connect(directory.resolve("vici"))) {
            Section connection =
                    others.in("connections").sections().values().iterator().next();
            connection.in("children").sections().values().forEach(child -> child.set("start_action", "none"));
            assertThat(vici.request("load-conn", new Section().put("office", connection))
                            .value("success"))
                    .contains("yes");
        }
        awaitBypassLan();

        put(CONNECTIONS);
        assertThat(list()).containsExactly(CONNECTIONS);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().contains("strongswan-fan-250:")))
                    .singleElement()
                    .satisfies(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(inside.sh("ip xfrm policy"))
                .contains("src 10.0.0.1/32 dst 10.0.0.0/16 proto udp dport 8472", "dir out priority 1 ");
        put(CONNECTIONS);
        assertThat(list()).containsExactly(CONNECTIONS);

        inside.namespace().run(() -> strongSwan().remove("fan-250"));
        assertThat(list()).isEmpty();
        assertThat(inside.sh("ip xfrm policy"))
                .contains("src 10.0.0.0/16 dst 10.0.0.0/16")
                .doesNotContain("8472");
        try (Vici vici = Vici.connect(directory.resolve("vici"))) {
            assertThat(vici.request("get-conns", new Section()).list("conns")).containsExactly("office");
        }
    }

    /** The kernel's number of each, which a policy that goes and comes back does not keep. */
    private List<String> encryptingPolicies() {
        return Pattern.compile("index (\\d+) priority 1 ")
                .matcher(inside.sh("ip -s xfrm policy"))
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
    }

    @Test
    void policiesStayWhileAConnectionIsReplacedByAnother() throws Exception {
        start();
        put(CONNECTIONS);
        List<String> before = encryptingPolicies();
        assertThat(before).hasSizeGreaterThanOrEqualTo(2 * ADDRESSES.size());
        FanConnections after = new FanConnections("fan-250", CONNECTIONS.text().replace("4h", "3h"), true);
        put(after);
        assertThat(encryptingPolicies()).isEqualTo(before);
        try (Vici vici = Vici.connect(directory.resolve("vici"))) {
            assertThat(vici.request("get-conns", new Section()).list("conns"))
                    .containsExactlyInAnyOrderElementsOf(after.connections());
        }
    }

    private HostCertificate certificate(String file) throws IOException {
        Path authority = directory.resolve("authority");
        if (!Files.exists(authority)) {
            Authority.create(authority, FAN.underlay(), 9);
        }
        Authority.issue(authority, ADDRESSES, 9, directory.resolve(file));
        return HostCertificate.read(directory.resolve(file), ADDRESSES, Instant.now());
    }

    private List<String> keys() throws IOException {
        try (Vici vici = Vici.connect(directory.resolve("vici"))) {
            return vici.request("get-keys", new Section()).list("keys");
        }
    }

    @Test
    void theDaemonHasThePrivateKeyOfACertificateAsLongAsAFanUsesItAndNoFileOfOursHasIt() throws Exception {
        start();
        assertThat(strongSwan().obstacle(Encryption.Method.CERTIFICATE)).isEmpty();
        HostCertificate first = certificate("first.pem");
        HostCertificate second = certificate("second.pem");
        FanConnections before = FanConnections.of(FAN, new Transport.Vxlan(250, 8472, false), false, ADDRESSES, first);
        FanConnections after = FanConnections.of(FAN, new Transport.Vxlan(250, 8472, false), false, ADDRESSES, second);
        FanConnections other = FanConnections.of(
                FanMapping.of(Ipv4Prefix.parse("251.0.0.0/8"), FAN.underlay()),
                new Transport.Vxlan(250, 8473, false),
                false,
                ADDRESSES,
                first);
        put(before);
        assertThat(list()).containsExactly(before);
        assertThat(keys()).containsExactly(first.keyId());
        String key = HostCertificate.privateKey(Path.of(first.file()));
        assertThat(before.text().replaceAll("\\s", "")).doesNotContain(key.split("\n", -1)[1]);

        // A change that fails: the daemon has the key that the file no longer has.
        Files.delete(Path.of(first.file()));
        FanConnections bad =
                new FanConnections("fan-250", after.text().replace("aes256gcm16-prfsha384-ecp384", "nonsense"), true);
        assertThatThrownBy(() -> put(bad)).hasMessageContaining("proposals");
        put(before);
        assertThat(list()).containsExactly(before);
        assertThat(keys()).containsExactly(first.keyId());
        put(after);
        assertThat(keys()).containsExactly(second.keyId());
        Files.copy(Path.of(second.file()), Path.of(first.file()), StandardCopyOption.COPY_ATTRIBUTES);
        assertThatThrownBy(() -> put(other)).hasMessageContaining("another private key by now");
        inside.namespace().run(() -> strongSwan().remove(other.name()));

        put(new FanConnections(
                other.name(),
                FanConnections.of(FAN, new Transport.Vxlan(250, 8473, false), false, ADDRESSES, second)
                        .text()
                        .replace("fan-250", other.name()),
                true));
        inside.namespace().run(() -> strongSwan().remove("fan-250"));
        assertThat(keys()).as("the other fan's").containsExactly(second.keyId());
        inside.namespace().run(() -> strongSwan().remove(other.name()));
        assertThat(keys()).isEmpty();
        assertThat(list()).isEmpty();
    }

    /** Cut off from the daemon instead of killed, before each message to it: what is done by then is the same. */
    @Test
    void whoeverIsKilledWhileAChangeIsLoadedIsFoundByTheNextRun() throws Exception {
        start();
        Transport transport = new Transport.Vxlan(250, 8472, false);
        HostCertificate second = certificate("second.pem");
        FanConnections before = FanConnections.of(FAN, transport, false, ADDRESSES, certificate("first.pem"));
        FanConnections after = FanConnections.of(FAN, transport, false, ADDRESSES, second);
        int points = 0;
        boolean cut = true;
        for (int messages = 0; cut; messages++) {
            for (boolean again : new boolean[] {true, false}) {
                put(before);
                boolean failed;
                try (CutOff between = new CutOff(directory.resolve("cut"), directory.resolve("vici"), messages)) {
                    failed = inside.namespace().call(() -> {
                        try {
                            new StrongSwan(directory, directory.resolve("cut")).put(after);
                            return false;
                        } catch (IpsecException killed) {
                            return true;
                        }
                    });
                    cut = between.isCut();
                }
                if (failed) {
                    points++;
                    assertThat(list())
                            .as("after %d messages", messages)
                            .containsExactly(new FanConnections(after.name(), after.text(), false));
                    if (again) {
                        put(after);
                        assertThat(list()).containsExactly(after);
                        assertThat(keys()).as("after %d messages", messages).containsExactly(second.keyId());
                    }
                }
                inside.namespace().run(() -> strongSwan().remove("fan-250"));
                if (failed) {
                    assertThat(keys()).as("after %d messages", messages).isEmpty();
                    assertThat(inside.sh("ip xfrm policy")).doesNotContain("8472");
                }
            }
        }
        assertThat(points).isGreaterThan(2 * 2 * ADDRESSES.size());
        System.out.println("number: kill points of a change that strongSwan is told: " + points);
    }

    /** What the daemon has of the fan: connections, pre-shared keys, private keys. */
    private List<String> daemonsOwn() throws IOException {
        try (Vici vici = Vici.connect(directory.resolve("vici"))) {
            List<String> all = new ArrayList<>(keys());
            all.addAll(vici.request("get-conns", new Section()).list("conns"));
            all.addAll(vici.request("get-shared", new Section()).list("keys"));
            return all;
        }
    }

    private FanConnections withCertificate() throws IOException {
        Transport transport = new Transport.Vxlan(250, 8472, false);
        return FanConnections.of(FAN, transport, false, ADDRESSES, certificate("host.pem"));
    }

    /** {@return whether it was told that the daemon did not do it} */
    private boolean fails(Runnable change) {
        return inside.namespace().call(() -> {
            try {
                change.run();
                return false;
            } catch (IpsecException failed) {
                return true;
            }
        });
    }

    /** Cut off from the daemon instead of killed, before each message to it. */
    @Test
    void whoeverIsKilledWhileAFanIsRemovedLeavesTheRecordForTheNextRun() throws Exception {
        start();
        int points = 0;
        for (FanConnections fan : List.of(CONNECTIONS, withCertificate())) {
            boolean cut = true;
            for (int messages = 0; cut; messages++) {
                put(fan);
                boolean failed;
                try (CutOff between = new CutOff(directory.resolve("cut"), directory.resolve("vici"), messages)) {
                    failed = fails(() -> new StrongSwan(directory, directory.resolve("cut")).remove("fan-250"));
                    cut = between.isCut();
                }
                assertThat(failed).as("after %d messages", messages).isEqualTo(cut);
                assertThat(list()).as("after %d messages", messages).hasSize(cut ? 1 : 0);
                points += cut ? 1 : 0;
                inside.namespace().run(() -> strongSwan().remove("fan-250"));
                assertThat(list()).isEmpty();
                assertThat(daemonsOwn()).as("after %d messages", messages).isEmpty();
                assertThat(inside.sh("ip xfrm policy")).doesNotContain("8472");
            }
        }
        assertThat(points).isGreaterThan(2 * ADDRESSES.size());
        System.out.println("number: kill points of a fan's removal that strongSwan is told: " + points);
    }

    @Test
    void whatTheDaemonDoesNotUnloadStaysOnRecordAndIsTold() throws Exception {
        start();
        for (String command : List.of("unload-conn", "unload-shared", "unload-key")) {
            FanConnections fan = command.equals("unload-key") ? withCertificate() : CONNECTIONS;
            put(fan);
            try (CutOff between = new CutOff(directory.resolve("cut"), directory.resolve("vici"), Integer.MAX_VALUE)) {
                between.refuse(command);
                assertThatThrownBy(() -> inside.namespace()
                                .run(() -> new StrongSwan(directory, directory.resolve("cut")).remove("fan-250")))
                        .as(command)
                        .isInstanceOf(IpsecException.class)
                        .hasMessageContainingAll("did not unload", CutOff.REFUSAL, "systemctl restart strongswan");
            }
            assertThat(list()).as(command).hasSize(1);
            inside.namespace().run(() -> strongSwan().remove("fan-250"));
            assertThat(list()).isEmpty();
            assertThat(daemonsOwn()).as(command).isEmpty();
        }
    }

    @Test
    void aConnectionThatStaysBesideItsReplacementIsTold() throws Exception {
        start();
        put(CONNECTIONS);
        FanConnections after = new FanConnections("fan-250", CONNECTIONS.text().replace("4h", "3h"), true);
        try (CutOff between = new CutOff(directory.resolve("cut"), directory.resolve("vici"), Integer.MAX_VALUE)) {
            between.refuse("unload-conn");
            assertThatThrownBy(() -> inside.namespace()
                            .run(() -> new StrongSwan(directory, directory.resolve("cut")).put(after)))
                    .isInstanceOf(IpsecException.class)
                    .hasMessageContainingAll("did not load", CutOff.REFUSAL);
        }
        assertThat(list()).containsExactly(new FanConnections(after.name(), after.text(), false));
        put(after);
        assertThat(list()).containsExactly(after);
        assertThat(daemonsOwn()).noneMatch(name -> name.endsWith("-meanwhile"));
    }

    @Test
    void aDaemonThatWouldTakeAnyCertificateForAnyAddressIsRefused() throws Exception {
        start(inside.namespace().command(List.of("charon-systemd")), "addrblock {\n load = no\n }\n");
        assertThat(strongSwan().obstacle(Encryption.Method.CERTIFICATE))
                .hasValueSatisfying(why -> assertThat(why).contains("addrblock", "libcharon-extra-plugins"));
    }

    @Test
    void aDaemonThatHasEndedHasLoadedNothingAndIsNamed() throws Exception {
        start();
        put(CONNECTIONS);
        stop();
        assertThat(list()).containsExactly(new FanConnections(CONNECTIONS.name(), CONNECTIONS.text(), false));
        assertThat(strongSwan().obstacle(Encryption.Method.PSK))
                .hasValueSatisfying(why -> assertThat(why).contains("does not answer", "systemctl start strongswan"));
        inside.namespace().run(() -> strongSwan().remove("fan-250"));
        assertThat(list()).isEmpty();
    }

    @Test
    void aDaemonOfAnotherNamespaceIsNotTakenForOneOfThisOne() throws Exception {
        start(inside.another().command(List.of("charon-systemd")));
        assertThatThrownBy(() -> put(CONNECTIONS))
                .isInstanceOf(IpsecException.class)
                .hasMessageContaining("another network namespace");
    }

    @Test
    void whatTheDaemonRefusesIsToldInItsWords() throws Exception {
        start();
        FanConnections bad = new FanConnections(
                "fan-250", CONNECTIONS.text().replace("aes256gcm16-prfsha384-ecp384", "nonsense"), true);
        assertThatThrownBy(() -> put(bad))
                .isInstanceOf(IpsecException.class)
                .hasMessageContainingAll("did not load", "proposals");
    }

    @Test
    void whatIsToldOfFansOfAnotherNamespaceIsNotListed() throws Exception {
        start();
        put(CONNECTIONS);
        assertThat(inside.another().call(() -> strongSwan().list())).isEmpty();
        assertThat(inside.namespace().call(() -> new StrongSwan(directory.resolve("none"), directory).list()))
                .isEmpty();
    }

    @Test
    void theFileIsTheSameOnEveryHostButForItsOwnAddress() {
        String one = FanConnections.of(
                        FAN,
                        new Transport.Vxlan(250, 8472, false),
                        false,
                        List.of(Ipv4Address.parse("10.0.0.1")),
                        new PreSharedKey(List.of("k".repeat(32))))
                .text();
        String other = FanConnections.of(
                        FAN,
                        new Transport.Vxlan(250, 8472, false),
                        false,
                        List.of(Ipv4Address.parse("10.0.7.9")),
                        new PreSharedKey(List.of("k".repeat(32))))
                .text();
        assertThat(other.replace("10.0.7.9", "10.0.0.1").replace("10-0-7-9", "10-0-0-1"))
                .isEqualTo(one);
    }

    @Test
    void textAndMessageReadBack() throws IOException {
        Section whole = Section.parse(CONNECTIONS.text());
        assertThat(whole.text()).isEqualTo(CONNECTIONS.text());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Vici.encode(bytes, whole);
        assertThat(Vici.decode(ByteBuffer.wrap(bytes.toByteArray())).text()).isEqualTo(whole.text());
        byte[] message = bytes.toByteArray();
        for (int length = 1; length < message.length; length += 7) {
            ByteBuffer cut = ByteBuffer.wrap(message, 0, length);
            try {
                assertThat(Vici.decode(cut).text()).isNotEqualTo(whole.text());
            } catch (IOException refused) {
                assertThat(refused).isNotNull();
            }
        }
        for (byte[] bad : new byte[][] {{2}, {9}, {3, 5, 'a'}}) {
            assertThatThrownBy(() -> Vici.decode(ByteBuffer.wrap(bad))).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Section.parse("a {\n")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Section.parse("}\n")).isInstanceOf(IllegalArgumentException.class);
    }

    /** As the documentation of vici has it: an element's type, lengths of one byte for names, of two for values. */
    @Test
    void aMessageHasTheBytesOfViciPerlAndPythonBindings() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Section section = new Section().set("key1", "value1");
        section.section("section1").set("list1", List.of("item1"));
        Vici.encode(bytes, section);
        assertThat(bytes.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo("\3\4key1\0\6value1" + "\1\10section1" + "\4\5list1" + "\5\0\5item1" + "\6" + "\2");
    }

    @Test
    void theKeyIsNotShown() {
        assertThat(CONNECTIONS).hasToString("fan-250 (loaded)");
    }

    @Test
    void aKeyIsLongEnoughAndNobodyElseMayReadIt() throws IOException {
        Path file = directory.resolve("key");
        Files.writeString(file, "0123456789abcdef0123456789abcdef\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(PreSharedKey.read(file)).isEqualTo(new PreSharedKey(List.of("0123456789abcdef0123456789abcdef")));
        for (String bad : List.of("", "short", "0123456789abcdef 0123456789abcdef", "k".repeat(2000))) {
            Files.writeString(file, bad);
            assertThatThrownBy(() -> PreSharedKey.read(file)).as(bad).isInstanceOf(IOException.class);
        }
        for (String mode : List.of("rw-r-----", "rw----r--")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> PreSharedKey.read(file)).hasMessageContaining("chmod 600");
        }
    }
}
