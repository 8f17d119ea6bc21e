package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.health.Code;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Each change under a live fan is repaired, or told, by {@code fanctl watch} alone. */
class WatchLiveChangesTest extends LiveChanges {
    @TempDir
    static Path directory;

    private static WatchRun watch;
    private long troubles;

    @BeforeAll
    static void startTheWatch(Lab lab) {
        repaired = 0;
        told = 0;
        LabHost watched = lab.hosts().get(0);
        watched.exec("sh", "-e", "-c", CONFIGURE).orThrow();
        watch = WatchRun.start(watched, directory);
        watch.hear("watching");
    }

    @Override
    void ready() {
        watch.await("asleep", watch::sleepsInPollForEver);
        watch.forget();
        troubles = watch.count("trouble");
    }

    @AfterAll
    static void end() {
        watch.close();
        System.out.println("number: live changes: " + repaired + " repaired by watch, " + told + " reported by watch");
    }

    @Override
    void repair(Code code) {
        watch.hear("event");
        watch.hear("repaired 250.0.0.0/8");
        watch.await("asleep", watch::sleepsInPollForEver);
        assertThat(fanctl(host, "up -a --dry-run").done()).isEqualTo("nothing to do\n");
        repaired++;
    }

    @Override
    void isTold(Code code, String words) {
        watch.hear(words);
        assertThat(fanctl(host, "show").done()).doesNotContain("10.0.0.77");
        told++;
    }

    @Override
    void nothingIsSaid() {
        watch.hear("event");
        watch.await("asleep", watch::sleepsInPollForEver);
        assertThat(watch.count("trouble")).isEqualTo(troubles);
    }
}
