package io.fanatic.cli.reach;

import io.fanatic.cli.command.CommandException;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The hosts that a command line means by {@code --hosts}. */
final class HostList {
    /** A /20. Hosts that answer are tested one after the other, for seconds each, which takes hours for so many. */
    private static final int MOST = 4096;

    private HostList() {}

    /** Whether it is all hosts of a network that are meant, and not those that a file names. */
    static boolean isNetwork(String fileOrNetwork) {
        return !Files.exists(Path.of(fileOrNetwork));
    }

    /** @throws CommandException (USAGE) with a sentence when it is neither */
    static List<IpAddress> read(String fileOrNetwork) {
        Path file = Path.of(fileOrNetwork);
        if (Files.exists(file)) {
            return ofFile(file);
        }
        try {
            return ofNetwork(Ipv4Prefix.parse(fileOrNetwork));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    "--hosts " + fileOrNetwork + " is neither a file nor a network: " + e.getMessage());
        }
    }

    private static List<IpAddress> ofNetwork(Ipv4Prefix network) {
        if (network.size() > MOST) {
            throw new IllegalArgumentException(
                    network + " has " + network.size() + " addresses; at most " + MOST + " are tested at once");
        }
        List<IpAddress> hosts = new ArrayList<>();
        for (int i = 0; i < network.size(); i++) {
            Ipv4Address address = network.network().plus(i);
            if (network.isHost(address)) {
                hosts.add(address);
            }
        }
        return hosts;
    }

    /** An address in each line; what follows a # or a space is for people. */
    private static List<IpAddress> ofFile(Path file) {
        List<IpAddress> hosts = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException | MalformedInputException e) {
            throw CommandException.usage(file + " is not a text file");
        } catch (IOException e) {
            throw CommandException.usage("cannot read " + file + ": " + e.getMessage());
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).split("#", 2)[0].strip();
            if (!line.isEmpty()) {
                try {
                    hosts.add(IpAddress.parse(line.split("\\s", 2)[0]));
                } catch (IllegalArgumentException e) {
                    throw CommandException.usage(file + ", line " + (i + 1) + ": " + e.getMessage());
                }
            }
        }
        return hosts;
    }
}
