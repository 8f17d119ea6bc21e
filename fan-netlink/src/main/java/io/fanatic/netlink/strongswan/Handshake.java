package io.fanatic.netlink.strongswan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * New keys with one other host, made by strongSwan now, whether there are some or not, and what it said meanwhile.
 *
 * @param connection the name of the one that was there for it
 * @param made whether there are new keys
 * @param log what strongSwan said, line by line
 */
record Handshake(String connection, boolean made, List<String> log) {
    /** For an answer; a host on the same continent gives it in a tenth. */
    private static final String TIMEOUT_MILLIS = "3000";

    /** A host that does not answer is not waited for. */
    private static final String END_MILLIS = "500";

    /**
     * What two hosts made with each other by IKE.
     *
     * @param connection its name
     * @param id the daemon's
     * @param local address of this host
     * @param remote address of the other
     * @param isUp whether it has come so far that packets can be encrypted
     */
    record Made(String connection, String id, String local, String remote, boolean isUp) {
        /** Ends it; that it has ended is no failure. */
        void end(Vici daemon) throws IOException {
            daemon.request(
                    "terminate",
                    new Section().set("ike-id", id).set("force", "yes").set("timeout", END_MILLIS));
        }
    }

    /** {@return all that a daemon has, of whatever connection} */
    static List<Made> made(Vici daemon) throws IOException {
        List<Section> events = new ArrayList<>();
        daemon.request("list-sas", new Section(), "list-sa", events);
        List<Made> all = new ArrayList<>();
        for (Section event : events) {
            for (Map.Entry<String, Section> each : event.sections().entrySet()) {
                Section ike = each.getValue();
                all.add(new Made(
                        each.getKey(),
                        ike.value("uniqueid").orElse(""),
                        ike.value("local-host").orElse(""),
                        ike.value("remote-host").orElse(""),
                        ike.value("state").equals(Optional.of("ESTABLISHED"))));
            }
        }
        return all;
    }

    /**
     * Has new keys made with one host. The daemon's connections have a whole network as the other side, with which it begins nothing by itself; so
     * it gets one of its own meanwhile, which leaves what was made.
     *
     * @param daemon where the command goes
     * @param socket the daemon's
     * @param fan its connections, which are loaded
     * @param local underlay address of this host
     * @param remote underlay address of the other
     * @throws IOException when the daemon does not do what it is told; not when the other host does not
     */
    static Handshake with(Vici daemon, Path socket, FanConnections fan, String local, String remote)
            throws IOException {
        Section settings = fan.settings();
        String name = fan.name() + "-" + FanConnections.dashed(local);
        Section connection = settings.in("connections").in(name);
        if (connection.sections().isEmpty()) {
            return new Handshake(name, false, List.of());
        }
        connection.set("remote_addrs", List.of(remote));
        // The other host sends with the new security associations as soon as it answers, and this one drops that until
        // it has read the answer. So that is an exchange of its own, in which nobody's identity is left to be proven.
        connection.set("childless", "prefer");
        for (Section child : connection.in("children").sections().values()) {
            child.set("start_action", "none");
        }
        String one = name + "-" + FanConnections.dashed(remote);
        StrongSwan.succeed(daemon.request("load-conn", new Section().put(one, StrongSwan.inPem(connection))));
        List<Section> events = new ArrayList<>();
        try (Vici listening = Vici.connect(socket)) {
            Section answer = listening.request(
                    "initiate",
                    new Section().set("ike", one).set("child", "out").set("timeout", TIMEOUT_MILLIS),
                    "control-log",
                    events);
            List<String> log = new ArrayList<>();
            events.forEach(event -> event.value("msg").ifPresent(log::add));
            return new Handshake(one, answer.value("success").equals(Optional.of("yes")), log);
        } finally {
            daemon.request("unload-conn", new Section().set("name", one));
        }
    }
}
