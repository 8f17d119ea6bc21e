package io.fanatic.cli.fanctl;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.ServiceManager;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.watch.Notice;
import io.fanatic.netlink.watch.Watch;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jline.utils.Signals;

/** {@code fanctl watch}: keeps the fans of the configuration up, until a signal ends it. */
public final class WatchCommand extends Command {
    private static final int SCHEMA = 1;

    private final Option<Boolean> json = flag("--json", "print each line as a JSON object");
    private final ConfigFile file = new ConfigFile(this);

    public WatchCommand() {
        super(
                "watch",
                "Brings up every fan of the configuration, as \"up -a\" does, and keeps it up: waits until the kernel tells of"
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
        try (Watch watch = Watch.open(file::read, new Teller(console.out(), json.or(false), manager))) {
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

    /** Says what the watch has to say, to people or programs and to the service manager. */
    private record Teller(PrintStream out, boolean json, ServiceManager manager) implements Watch.Listener {

        @Override
        public void notice(Notice notice) {
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
