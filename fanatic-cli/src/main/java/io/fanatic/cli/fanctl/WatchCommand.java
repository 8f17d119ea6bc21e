package io.fanatic.cli.fanctl;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.command.ServiceManager;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.output.Metrics;
import io.fanatic.cli.output.MetricsText;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.watch.Notice;
import io.fanatic.netlink.watch.Watch;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/** {@code fanctl watch}: keeps the fans of the configuration up, until a signal ends it. */
public final class WatchCommand extends Command {
    private static final int SCHEMA = 1;

    private final Option<Boolean> json = flag("--json", "print each line as a JSON object");
    private final Option<InetSocketAddress> metrics = option(
            "--metrics",
            "ADDRESS",
            Values::socketAddress,
            "serve metrics to Prometheus at this address and port, as in 127.0.0.1:9250; see fan-metrics(5)");
    private final ConfigFile file = new ConfigFile(this);

    public WatchCommand() {
        super(
                "watch",
                "Brings up every fan of the configuration, as \"up -a\" does, and keeps it up. It waits until the kernel reports"
                        + " a change, and repairs what is missing. It does not poll.",
                "",
                "A changed underlay address, which would mean another slice, is only reported. A fan that was taken down stays"
                        + " down.",
                "",
                "SIGTERM and SIGINT end it, and the fans stay; SIGHUP makes it read the configuration again and bring up what"
                        + " it says. As a service of systemd it is of Type=notify.");
    }

    @Override
    protected ExitCode run(Console console) {
        FanNetwork.requirePrivileges();
        ServiceManager manager = ServiceManager.ofThisService();
        Notices notices = new Notices();
        Teller teller = new Teller(console.out(), json.or(false), manager, notices);
        try (MetricsServer server = serve(notices, console);
                Watch watch = Watch.open(file::read, teller)) {
            Runnable stop = () -> {
                manager.tell("STOPPING=1");
                watch.stop();
            };
            Signals.register("TERM", stop);
            Signals.register("INT", stop);
            Signals.register("HUP", () -> {
                manager.reloading();
                watch.reload();
            });
            watch.run();
        }
        return ExitCode.DONE;
    }

    private @Nullable MetricsServer serve(Notices notices, Console console) {
        if (metrics.value().isEmpty()) {
            return null;
        }
        Metrics all = new Metrics(FanNetwork.onThisHost(), file::read, Program.version());
        MetricsServer server = MetricsServer.start(metrics.required(), () -> all.text() + notices.metrics());
        if (metrics.required().getPort() == 0) {
            console.err().println("fanctl: metrics are served at " + server.url());
        }
        return server;
    }

    /** How often the watch has said something of each kind. */
    private static final class Notices {
        private final AtomicLongArray counts = new AtomicLongArray(Notice.Kind.values().length);

        void count(Notice notice) {
            counts.incrementAndGet(notice.kind().ordinal());
        }

        String metrics() {
            MetricsText text = new MetricsText();
            text.family("fanatic_watch_notices_total", "counter", "Lines of \"fanctl watch\", by their first word.");
            for (Notice.Kind kind : Notice.Kind.values()) {
                text.sample(counts.get(kind.ordinal()), "kind", kind.word());
            }
            return text.toString();
        }
    }

    /** Says what the watch has to say, to people or programs and to the service manager. */
    private record Teller(PrintStream out, boolean json, ServiceManager manager, Notices notices)
            implements Watch.Listener {

        @Override
        public void notice(Notice notice) {
            notices.count(notice);
            out.println(json ? object(notice) : notice);
            out.flush();
        }

        private static JsonObject object(Notice notice) {
            JsonObject object = new JsonObject();
            object.addProperty("schema", SCHEMA);
            object.addProperty(
                    "time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
            object.addProperty("kind", notice.kind().word());
            if (!notice.subject().equals(Notice.HOST)) {
                object.addProperty("fan", notice.subject());
            }
            object.addProperty("text", notice.text());
            return object;
        }

        @Override
        public void resting(String status) {
            manager.tell("READY=1\nSTATUS=" + status);
        }
    }
}
