package io.fanatic.netlink.firewall;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What iptables(8) does with forwarded packets, and the rules of ours that let a fan pass. Through the program and not through nftables: one
 * rule that iptables cannot have written makes it refuse the whole table, for Docker too.
 *
 * <p>Tables that nobody uses are not looked at, since looking would make them. So a host without rules of iptables' costs nothing here.
 */
public final class Iptables {
    /** Tables of iptables-legacy in this namespace; empty or missing otherwise. */
    private static final Path LEGACY_TABLES = Path.of("/proc/thread-self/net/ip_tables_names");

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String FORWARD = "FORWARD";
    private static final String DOCKER_USER = "DOCKER-USER";

    private Iptables() {}

    /** The two programs of that name, each with tables of its own in the kernel. */
    public enum Backend {
        /** On top of nf_tables, as distributions have it now. */
        NFT("iptables-nft"),
        /** The older one, with tables of its own in the kernel (ip_tables). */
        LEGACY("iptables-legacy");

        private final String program;

        Backend(String program) {
            this.program = program;
        }

        @Override
        public String toString() {
            return program;
        }
    }

    /** What a rule of ours is for. */
    public enum Traffic {
        /** What stays in the overlay; the rule comes before those of others, as nobody else has a say there. */
        OVERLAY("fanatic", List.of()),
        /** What leaves the overlay; the rule comes after those of others, who may have forbidden it. */
        OUT("fanatic-out", List.of()),
        /** The answers to that, likewise. */
        ANSWERS("fanatic-out", List.of("-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"));

        /** What marks our rules; one word, which iptables prints without quotes. */
        private final String comment;

        private final List<String> match;

        Traffic(String comment, List<String> match) {
            this.comment = comment;
            this.match = match;
        }
    }

    /**
     * A rule of ours: what comes in by one device and goes out by another is accepted.
     *
     * @param backend whose chain it is
     * @param chain the one that it stands in
     * @param in name of the device
     * @param out name of the device
     * @param traffic what it is for
     */
    public record AcceptRule(Backend backend, String chain, String in, String out, Traffic traffic) {

        /**
         * A rule for what stays in the overlay.
         *
         * @param backend whose chain it is
         * @param chain the one that it stands in
         * @param in name of the device
         * @param out name of the device
         */
        public AcceptRule(Backend backend, String chain, String in, String out) {
            this(backend, chain, in, out, Traffic.OVERLAY);
        }

        /**
         * {@return a rule for what leaves the overlay, or for answers to that} It is in FORWARD, whatever chains Docker has for its users.
         *
         * @param backend whose chain it is
         * @param in name of the device
         * @param out name of the device
         * @param traffic either of the two
         */
        public static AcceptRule outside(Backend backend, String in, String out, Traffic traffic) {
            return new AcceptRule(backend, FORWARD, in, out, traffic);
        }

        /** {@code iptables-nft DOCKER-USER: -i ftun0 -o fan-250 -j ACCEPT}. */
        @Override
        public String toString() {
            String match = traffic.match.isEmpty() ? "" : " " + String.join(" ", traffic.match);
            return backend + " " + chain + ": -i " + in + " -o " + out + match + " -j ACCEPT";
        }
    }

    /**
     * The chain FORWARD of one backend and what it jumps to.
     *
     * @param backend whose chain it is
     * @param drops whether what no rule accepts is dropped
     * @param chain where rules of ours belong: the one that Docker keeps for its users, where it is, as Docker puts
     *     rules that drop before everything else
     * @param ours our rules
     * @param others devices whose packets rules of others accept: those from it to itself
     * @param leaving devices whose packets rules of others accept: those from it to all others
     */
    public record Forward(
            Backend backend,
            boolean drops,
            String chain,
            List<AcceptRule> ours,
            List<String> others,
            List<String> leaving) {
        /** Copies the lists. */
        public Forward {
            ours = List.copyOf(ours);
            others = List.copyOf(others);
            leaving = List.copyOf(leaving);
        }
    }

    /**
     * Reads the backends in use whose program is installed.
     *
     * @param nftTables what {@code nft list tables ip} prints
     * @return one for each backend in use; empty when none is, or iptables is not installed
     */
    public static List<Forward> read(String nftTables) {
        List<Forward> found = new ArrayList<>();
        if (nftTables.contains("table ip filter\n")) {
            read(Backend.NFT, found);
        }
        if (legacyFilterIsUsed()) {
            read(Backend.LEGACY, found);
        }
        return found;
    }

    /** iptables needs full root; with less, no rules are added, and the doctor reports what is dropped. */
    private static void read(Backend backend, List<Forward> found) {
        Optional<Path> program = Spawn.find(backend.program);
        if (program.isPresent() && LIBC.geteuid() == 0) {
            found.add(parse(backend, list(program.get())));
        }
    }

    private static boolean legacyFilterIsUsed() {
        try {
            return Files.readAllLines(LEGACY_TABLES).contains("filter");
        } catch (NoSuchFileException | AccessDeniedException notForUs) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + LEGACY_TABLES, e);
        }
    }

    /** @param lines as {@code iptables -S} prints them */
    static Forward parse(Backend backend, List<String> lines) {
        boolean drops = false;
        String chain = FORWARD;
        List<AcceptRule> ours = new ArrayList<>();
        List<String> others = new ArrayList<>();
        List<String> leaving = new ArrayList<>();
        for (String line : lines) {
            List<String> words = List.of(line.split(" ", -1));
            drops |= line.equals("-P FORWARD DROP");
            chain = line.equals("-N " + DOCKER_USER) ? DOCKER_USER : chain;
            if (words.size() < 6 || !words.get(0).equals("-A") || !words.get(2).equals("-i")) {
                continue;
            }
            String in = words.get(3);
            boolean known = false;
            for (Traffic traffic : Traffic.values()) {
                AcceptRule pass = new AcceptRule(backend, words.get(1), in, words.get(5), traffic);
                if (words.equals(rule("-A", pass))) {
                    ours.add(pass);
                    known = true;
                }
            }
            boolean all = !known && line.endsWith(" -i " + in + " -j ACCEPT");
            if (all || !known && line.endsWith(" -i " + in + " -o " + in + " -j ACCEPT")) {
                others.add(in);
            }
            if (all || !known && line.endsWith(" -i " + in + " ! -o " + in + " -j ACCEPT")) {
                leaving.add(in);
            }
        }
        return new Forward(backend, drops, chain, ours, others, leaving);
    }

    private static List<String> rule(String command, AcceptRule pass) {
        List<String> words = new ArrayList<>(List.of(command, pass.chain, "-i", pass.in, "-o", pass.out));
        words.addAll(pass.traffic.match);
        words.addAll(List.of("-m", "comment", "--comment", pass.traffic.comment, "-j", "ACCEPT"));
        return words;
    }

    /**
     * Puts a rule at the head of its chain, or at its end where it is about what leaves the overlay; one that is there already stays alone.
     *
     * @param pass the rule
     * @throws FirewallException when iptables refuses, with its words
     */
    public static void add(AcceptRule pass) {
        if (run(pass, "-C").status() != 0) {
            change(pass, pass.traffic == Traffic.OVERLAY ? "-I" : "-A");
        }
    }

    /**
     * Takes a rule away; one that is not there is no error, nor is a chain that has gone.
     *
     * @param pass the rule
     */
    public static void remove(AcceptRule pass) {
        while (run(pass, "-C").status() == 0) {
            change(pass, "-D");
        }
    }

    private static void change(AcceptRule pass, String command) {
        Spawn.Output ended = run(pass, command);
        if (ended.status() != 0) {
            throw new FirewallException(pass.backend + " refused: " + oneLine(ended.text()));
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static Spawn.Output run(AcceptRule pass, String command) {
        Path program = Spawn.find(pass.backend.program)
                .orElseThrow(() -> new ErrnoException("run " + pass.backend, Errno.ENOENT));
        return run(program, rule(command, pass));
    }

    private static List<String> list(Path program) {
        Spawn.Output listed = run(program, List.of("-S"));
        if (listed.status() != 0) {
            throw new FirewallException(program + " refused to list its rules: " + oneLine(listed.text()));
        }
        return listed.text().lines().toList();
    }

    private static Spawn.Output run(Path program, List<String> words) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-w", "10"));
        command.addAll(words);
        return Spawn.capture(command, TIMEOUT);
    }
}
