package io.fanatic.cli.doctor;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TarFile;
import io.fanatic.cli.setup.Host;
import io.fanatic.core.DurableFile;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/**
 * What a maintainer needs to help: versions, the host's network, the fans, their plans and counters, the configuration and
 * the findings. Nothing secret: no environment, no file of another program, of container engines one sentence each.
 *
 * @param files names and contents, in order
 */
record Bundle(Map<String, String> files) {
    private static final String DIRECTORY = "fanatic-doctor/";

    /** @param text the diagnosis for people; @param json the same for programs */
    static Bundle of(Host host, List<String> text, String json) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("doctor.txt", String.join("\n", text) + "\n");
        files.put("doctor.json", json + "\n");
        files.put("versions.txt", versions());
        files.put("network.txt", attempt(() -> HostSnapshot.take() + "\n"));
        files.put("fans.txt", attempt(() -> fans(host)));
        files.put("engines.txt", attempt(() -> engines(host)));
        files.put("fan.conf", attempt(() -> host.file().read().toString()));
        return new Bundle(files);
    }

    private static String versions() {
        return "fanatic " + Program.version() + "\n"
                + "java " + System.getProperty("java.version") + " " + System.getProperty("os.arch") + "\n"
                + "kernel " + read(Path.of("/proc/version")) + read(Path.of("/etc/os-release"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return file + " could not be read\n";
        }
    }

    /** A part that cannot be had says why, and the others are there all the same. */
    private static String attempt(Supplier<String> part) {
        try {
            return part.get();
        } catch (RuntimeException e) {
            return "could not be read: " + e.getMessage() + "\n";
        }
    }

    private static String fans(Host host) {
        FanNetwork network = FanNetwork.onThisHost();
        StringBuilder text = new StringBuilder();
        for (Fan fan : network.list()) {
            text.append(fan).append('\n');
            text.append(attempt(() -> network.counters(fan) + "\n"));
        }
        for (FanConfig.Line line : host.file().read().lines()) {
            text.append("\nplan of ").append(line.entry()).append(":\n");
            text.append(plan(network, line.entry()));
        }
        return text.toString();
    }

    private static String plan(FanNetwork network, FanEntry entry) {
        try {
            List<String> lines = network.plan(entry).lines();
            return lines.isEmpty() ? "nothing to do\n" : String.join("\n", lines) + "\n";
        } catch (FanException e) {
            return e.getMessage() + "\n";
        }
    }

    private static String engines(Host host) {
        StringBuilder text = new StringBuilder();
        for (Fan fan : host.fans().list()) {
            for (FanSlice slice : fan.slices()) {
                FanAttachment attachment = FanAttachment.of(fan, slice);
                for (ContainerEngine engine : host.engines()) {
                    text.append(slice.cidr())
                            .append(' ')
                            .append(engine.kind().word())
                            .append(": ");
                    text.append(attempt(() -> engine.status(attachment).toString()))
                            .append('\n');
                }
            }
        }
        return text.toString();
    }

    /** @throws CommandException before anything is examined, when there can be no such file */
    static void requireWritable(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || Files.isDirectory(file)) {
            throw CommandException.failed("cannot write " + file + ": it is a directory");
        }
        if (!Files.isWritable(directory)) {
            throw CommandException.failed("cannot write " + file + ": " + directory
                    + (Files.isDirectory(directory) ? " is not writable" : " is no directory"));
        }
    }

    /** @throws CommandException when the file cannot be written; there is none then, or the one that was */
    void write(Path file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            Map<String, byte[]> contents = new LinkedHashMap<>();
            files.forEach((name, text) -> contents.put(DIRECTORY + name, text.getBytes(StandardCharsets.UTF_8)));
            zip.write(TarFile.of(contents));
        } catch (IOException e) {
            throw CommandException.failed("cannot pack the bundle: " + e.getMessage());
        }
        try {
            DurableFile.replace(file, ByteBuffer.wrap(bytes.toByteArray()));
        } catch (IOException e) {
            throw CommandException.failed("cannot write " + file + ": " + e.getMessage());
        }
    }
}
