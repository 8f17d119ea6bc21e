package io.fanatic.cli.doctor;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.terminal.Wrap;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.RunningKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kernel has of what fans use, for people and for programs.
 *
 * @param trials each feature once
 */
record KernelTable(RunningKernel kernel, List<KernelFeatures.Trial> trials) {
    private static final int SCHEMA = 1;
    private static final int WORD = 16;
    private static final int ANSWER = 11;
    private static final String INDENT = " ".repeat(WORD + ANSWER);

    KernelTable {
        trials = List.copyOf(trials);
    }

    /** Whether fans can be had at all. */
    boolean suffices() {
        return trials.stream()
                .noneMatch(trial -> trial.feature().required() && trial.result() == KernelFeatures.Result.LACKING);
    }

    List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        lines.add(kernel.toString());
        lines.add("");
        for (KernelFeatures.Trial trial : trials) {
            String head = Wrap.pad(trial.feature().word(), WORD) + Wrap.pad(answer(trial), ANSWER);
            lines.addAll(Wrap.lines(head, INDENT, trial.feature().gives(), width));
            if (trial.result() == KernelFeatures.Result.WORKS) {
                continue;
            }
            String without =
                    trial.feature().required() ? "no fan" : trial.feature().without();
            lines.addAll(Wrap.lines(INDENT + "without: ", INDENT + "         ", without, width));
            if (!trial.seen().isEmpty()) {
                lines.addAll(Wrap.lines(INDENT + "seen: ", INDENT + "      ", trial.seen(), width));
            }
        }
        return lines;
    }

    private static String answer(KernelFeatures.Trial trial) {
        return switch (trial.result()) {
            case WORKS -> "yes";
            case LACKING -> "no";
            case NOT_TRIED -> "not tried";
            case FAILED -> "not known";
        };
    }

    String json() {
        JsonObject about = JsonValues.object("release", kernel.release(), "architecture", kernel.architecture());
        about.addProperty("byteOrder", kernel.byteOrderWord());
        JsonObject document = JsonValues.object("schema", SCHEMA, "kernel", about);
        document.add("features", JsonValues.array(trials, trial -> {
            JsonObject one = new JsonObject();
            one.addProperty("feature", trial.feature().word());
            if (trial.result() == KernelFeatures.Result.NOT_TRIED || trial.result() == KernelFeatures.Result.FAILED) {
                one.add("works", JsonNull.INSTANCE);
            } else {
                one.addProperty("works", trial.result() == KernelFeatures.Result.WORKS);
            }
            one.addProperty("required", trial.feature().required());
            one.addProperty("gives", trial.feature().gives());
            one.addProperty("without", trial.feature().without());
            one.addProperty("seen", trial.seen());
            return one;
        }));
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .serializeNulls()
                .create()
                .toJson(document);
    }
}
