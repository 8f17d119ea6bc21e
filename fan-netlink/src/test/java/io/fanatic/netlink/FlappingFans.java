package io.fanatic.netlink;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Health;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program that embeds the library: for each namespace one thread that takes a fan up and down, and one that looks meanwhile
 * at another fan, which nobody changes.
 */
final class FlappingFans {
    /** The one that stays up in each namespace. */
    static final FanEntry STABLE = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16", "dhcp"));

    private final Path directory;
    private final FanEntry flapping;
    private final Set<String> wrong = new ConcurrentSkipListSet<>();
    private final AtomicInteger looks = new AtomicInteger();

    FlappingFans(Path directory, FanEntry flapping) {
        this.directory = directory;
        this.flapping = flapping;
    }

    /** @param words the directory, the fan that flaps, how often, then names of namespaces */
    public static void main(String... words) throws Exception {
        FlappingFans fans = new FlappingFans(Path.of(words[0]), FanEntry.parse(words[1]));
        fans.run(Integer.parseInt(words[2]), Arrays.asList(words).subList(3, words.length));
        fans.report().forEach(System.out::println);
    }

    /** Own directories for each namespace, the same in each program. */
    static FanNetwork network(Path directory, String namespace) {
        return FanNetwork.onThisHost()
                .in(Namespace.named(namespace))
                .keepingStateIn(run(directory, namespace), state(directory, namespace));
    }

    private static Path run(Path directory, String namespace) {
        return directory.resolve(namespace + ".run");
    }

    private static Path state(Path directory, String namespace) {
        return directory.resolve(namespace + ".state");
    }

    private static Diagnosis examine(Path directory, String namespace) {
        return Namespace.named(namespace)
                .call(() -> Health.onThisHost()
                        .keepingStateIn(run(directory, namespace), state(directory, namespace))
                        .examine());
    }

    /** What a diagnosis says, but for what is true: that no configuration names these fans. */
    private static Set<String> said(Diagnosis diagnosis) {
        Set<String> lines = new TreeSet<>(diagnosis.notChecked());
        for (Finding finding : diagnosis.findings()) {
            if (finding.code() != Code.NOT_CONFIGURED) {
                lines.add(finding.code() + " " + finding.subject() + " " + finding.evidence());
            }
        }
        return lines;
    }

    void run(int times, List<String> namespaces) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2 * namespaces.size());
        CountDownLatch flappers = new CountDownLatch(namespaces.size());
        List<Future<?>> all = new ArrayList<>();
        for (String namespace : namespaces) {
            all.add(threads.submit(() -> {
                try {
                    flap(namespace, times);
                } finally {
                    flappers.countDown();
                }
            }));
            all.add(threads.submit(() -> {
                while (flappers.getCount() > 0) {
                    look(namespace);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
    }

    private void flap(String namespace, int times) {
        FanNetwork network = network(directory, namespace);
        for (int i = 0; i < times; i++) {
            network.up(flapping);
            network.down(flapping);
        }
    }

    private void look(String namespace) {
        Plan plan = network(directory, namespace).plan(STABLE);
        if (!plan.isEmpty()) {
            wrong.add("plan: " + plan.lines());
        }
        Diagnosis diagnosis = examine(directory, namespace);
        // On a machine that has no time for them the changes of others take longer than the doctor waits, as it says
        // then.
        if (diagnosis.notChecked().stream().noneMatch(line -> line.startsWith("what is found may be temporary"))) {
            looks.incrementAndGet();
            for (String line : said(diagnosis)) {
                wrong.add("health: " + line);
            }
        }
    }

    /** How often it looked while nothing changed, then each thing that was said and is not so. */
    List<String> report() {
        List<String> lines = new ArrayList<>(List.of("looks: " + looks));
        lines.addAll(wrong);
        return lines;
    }
}
