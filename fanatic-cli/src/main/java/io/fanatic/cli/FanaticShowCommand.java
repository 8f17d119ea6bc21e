package io.fanatic.cli;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.output.FanaticShowText;
import io.fanatic.cli.output.NamesText;
import io.fanatic.cli.output.PathText;
import io.fanatic.cli.output.ShowJson;
import io.fanatic.cli.output.SliceText;
import io.fanatic.cli.output.StatsOptions;
import io.fanatic.cli.setup.Host;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code fanatic show}: fans, up or only configured, and the container engines on them. */
final class FanaticShowCommand extends Command {
    private final Supplier<Host> host;
    private final FanNetwork network = FanNetwork.onThisHost();
    private final StatsOptions stats = new StatsOptions(this, network);
    private final Option<Boolean> verbose =
            flag("-v,--verbose", "also print what is known of each container engine, and over which socket");
    private final Option<Boolean> shares =
            flag("--shares", "also print which addresses of a slice each container engine gives out");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    FanaticShowCommand(Supplier<Host> host) {
        super("show", "Lists the fans that are up or configured, and the container engines on them.");
        this.host = host;
    }

    /** A line of the table. */
    private record Row(
            String underlay,
            String overlay,
            String fan,
            Map<EngineKind, EngineStatus> engines,
            Optional<FanSlice> slice) {}

    @Override
    protected ExitCode run(Console console) {
        stats.check();
        Host here = host.get();
        List<Fan> fans = here.fans().list();
        List<Row> rows = rows(here, fans);
        console.out()
                .print(json.or(false) ? document(here, fans, rows) + System.lineSeparator() : text(here, fans, rows));
        stats.reset(fans, console);
        return ExitCode.DONE;
    }

    private String document(Host here, List<Fan> fans, List<Row> rows) {
        JsonObject document = ShowJson.tree(fans, network, stats::of);
        FanaticShowText.addEngines(document, engines(rows));
        Map<FanEntry, Map<EngineKind, EngineStatus>> down = new LinkedHashMap<>();
        configuredOnly(here, fans).forEach(entry -> down.put(entry, engines(here, entry)));
        document.add("configuredOnly", FanaticShowText.configured(down));
        return JsonValues.printEscaped(document);
    }

    private String text(Host here, List<Fan> fans, List<Row> rows) {
        StringBuilder text = new StringBuilder();
        table(text, rows);
        if (verbose.or(false)) {
            verbose(text, here, rows);
        }
        PathText.append(text, fans, network);
        NamesText.append(text, fans);
        if (shares.or(false)) {
            SliceText.append(text, fans);
        }
        stats.append(text, fans);
        return text.toString();
    }

    private static List<Row> rows(Host here, List<Fan> fans) {
        List<Row> rows = new ArrayList<>();
        for (Fan fan : fans) {
            int prefix = fan.mapping().underlay().prefixLength();
            for (FanSlice slice : fan.slices()) {
                Map<EngineKind, EngineStatus> engines = engines(here, FanAttachment.of(fan, slice));
                String underlay = slice.underlayAddress() + "/" + prefix;
                rows.add(new Row(underlay, fan.overlay().toString(), "up", engines, Optional.of(slice)));
            }
            if (fan.slices().isEmpty()) {
                String underlay = fan.mapping().underlay().toString();
                rows.add(new Row(underlay, fan.overlay().toString(), "incomplete", Map.of(), Optional.empty()));
            }
        }
        for (FanEntry entry : configuredOnly(here, fans)) {
            String state = entry.options().off() ? "off" : "down";
            rows.add(new Row(
                    entry.underlay().toString(),
                    entry.overlay().toString(),
                    state,
                    engines(here, entry),
                    Optional.empty()));
        }
        return rows;
    }

    private static Map<EngineKind, EngineStatus> engines(Host here, FanAttachment fan) {
        Map<EngineKind, EngineStatus> engines = new EnumMap<>(EngineKind.class);
        for (ContainerEngine engine : here.engines()) {
            engines.put(engine.kind(), engine.status(fan));
        }
        return engines;
    }

    /** How the engines stand to a fan that is not up; nobody knows where its underlay address is gone as well. */
    private static Map<EngineKind, EngineStatus> engines(Host here, FanEntry down) {
        try {
            return engines(here, here.attachment(down));
        } catch (FanException noSuchAddress) {
            return Map.of();
        }
    }

    /** The lines of the configuration whose fan is not up. Overlays of one host never overlap, so they tell. */
    private static List<FanEntry> configuredOnly(Host here, List<Fan> fans) {
        List<FanEntry> entries = new ArrayList<>();
        for (FanConfig.Line line : here.file().read().lines()) {
            if (fans.stream().noneMatch(fan -> fan.overlay().equals(line.entry().overlay()))) {
                entries.add(line.entry());
            }
        }
        return entries;
    }

    private static Map<FanSlice, Map<EngineKind, EngineStatus>> engines(List<Row> rows) {
        Map<FanSlice, Map<EngineKind, EngineStatus>> engines = new LinkedHashMap<>();
        for (Row row : rows) {
            row.slice().ifPresent(slice -> engines.put(slice, row.engines()));
        }
        return engines;
    }

    private static void table(StringBuilder text, List<Row> rows) {
        List<String> titles = new ArrayList<>(List.of("Underlay", "Overlay", "Fan"));
        for (EngineKind kind : EngineKind.values()) {
            titles.add(kind.title());
        }
        line(text, titles);
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.underlay(), row.overlay(), row.fan()));
            for (EngineKind kind : EngineKind.values()) {
                cells.add(word(Optional.ofNullable(row.engines().get(kind))));
            }
            line(text, cells);
        }
    }

    static String word(Optional<EngineStatus> status) {
        return status.map(EngineStatus::state)
                .map(state -> switch (state) {
                    case ENABLED -> "enabled";
                    case HALF -> "half";
                    case ALTERED -> "altered";
                    case STOPPED -> "stopped";
                    case UNUSABLE, ABSENT, OFF -> "-";
                })
                .orElse("-");
    }

    private static void line(StringBuilder text, List<String> cells) {
        int[] widths = {18, 18, 10, 8, 8, 8, 8, 0};
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            boolean last = i == cells.size() - 1;
            text.append(cell).append(last ? "\n" : " ".repeat(Math.max(0, widths[i] - cell.length()) + 1));
        }
    }

    private static void verbose(StringBuilder text, Host here, List<Row> rows) {
        for (Row row : rows) {
            if (!row.engines().isEmpty()) {
                text.append('\n')
                        .append(row.overlay())
                        .append(" over ")
                        .append(row.underlay())
                        .append(":\n");
                for (ContainerEngine engine : here.engines()) {
                    Optional.ofNullable(row.engines().get(engine.kind()))
                            .ifPresent(status -> text.append("  ")
                                    .append(engine.kind().title())
                                    .append(": ")
                                    .append(status.sentence())
                                    .append('\n'));
                }
            }
        }
    }
}
