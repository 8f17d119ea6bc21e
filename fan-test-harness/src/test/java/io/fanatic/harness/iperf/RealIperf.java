package io.fanatic.harness.iperf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.netlink.host.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The distribution's iperf3, run in a namespace. */
final class RealIperf {

    private RealIperf() {}

    /** A client's run: its exit status and what it printed, mostly JSON. */
    record Run(int status, String output) {
        JsonObject json() {
            return JsonParser.parseString(output).getAsJsonObject();
        }

        /** The sums at the end. */
        JsonObject end(String name) {
            assertThat(status).as(output).isZero();
            return json().getAsJsonObject("end").getAsJsonObject(name);
        }
    }

    static Run client(Namespace where, String arguments) {
        try {
            Process process = start(where, "iperf3 --connect-timeout 3000 " + arguments);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            return new Run(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A server for one test, listening already. */
    static Process server(Namespace where, int port) {
        try {
            Process process = start(where, "iperf3 -s -1 --forceflush -p " + port);
            BufferedReader output = process.inputReader();
            String line = output.readLine();
            while (line != null && !line.contains("Server listening")) {
                line = output.readLine();
            }
            assertThat(line).as("iperf3 -s listens").isNotNull();
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(Namespace where, String command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        return new ProcessBuilder(where.command(words))
                .redirectErrorStream(true)
                .start();
    }
}
