package io.fanatic.cli.fanctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Values;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** @param type of the content */
    private record Answer(int status, String type, String body) {}

    private static Answer ask(String method, String url) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(
                    status,
                    connection.getContentType(),
                    body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void metricsAreGivenToWhoAsksForThemAndNothingElseIs() throws IOException {
        try (MetricsServer server = MetricsServer.start(ANY, () -> "a 1\n")) {
            Answer answer = ask("GET", server.url());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.type()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(answer.body()).isEqualTo("a 1\n");
            assertThat(ask("HEAD", server.url()).status()).isEqualTo(200);
            assertThat(ask("POST", server.url()).status()).isEqualTo(405);
            assertThat(ask("GET", server.url() + "/../../etc/passwd").status()).isEqualTo(404);
            assertThat(ask("GET", server.url().replace("/metrics", "/")).body())
                    .isEqualTo("the metrics are at /metrics\n");
        }
    }

    @Test
    void aFailureIsAStatusWithItsSentenceAndTheNextRequestIsAnswered() throws IOException {
        List<String> asked = new ArrayList<>();
        try (MetricsServer server = MetricsServer.start(ANY, () -> {
            asked.add("once");
            if (asked.size() == 1) {
                throw new CommandException(ExitCode.FAILED, "cannot read the file");
            }
            return "a 2\n";
        })) {
            Answer failed = ask("GET", server.url());
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.body()).isEqualTo("cannot read the file\n");
            assertThat(ask("GET", server.url()).body()).isEqualTo("a 2\n");
        }
    }

    @Test
    void clientsThatDoNotEndTheirRequestsKeepNobodyOut() throws IOException {
        try (MetricsServer server = MetricsServer.start(ANY, () -> "a 1\n")) {
            int port = URI.create(server.url()).getPort();
            try (Socket first = new Socket(ANY.getAddress(), port);
                    Socket second = new Socket(ANY.getAddress(), port)) {
                for (Socket socket : List.of(first, second)) {
                    socket.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(ask("GET", server.url()).body()).isEqualTo("a 1\n");
            }
        }
    }

    @Test
    void anAddressThatIsTakenOrNotOursIsNamed() {
        try (MetricsServer server = MetricsServer.start(ANY, () -> "")) {
            InetSocketAddress taken = new InetSocketAddress(
                    ANY.getAddress(), URI.create(server.url()).getPort());
            assertThatThrownBy(() -> MetricsServer.start(taken, () -> ""))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("cannot serve metrics on 127.0.0.1 port " + taken.getPort())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void anAddressIsReadWithItsPortAndNamesAreNot() {
        assertThat(Values.socketAddress("127.0.0.1:9250"))
                .hasToString("/127.0.0.1:9250")
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9250));
        assertThat(Values.socketAddress("[::1]:80").getAddress().isLoopbackAddress())
                .isTrue();
        for (String wrong : List.of(
                "",
                ":",
                "9250",
                ":9250",
                "localhost:9250",
                "::1:9250",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.256:1",
                "[zz]:1",
                "[127.0.0.1:1",
                "[1:2]:3")) {
            assertThatThrownBy(() -> Values.socketAddress(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("(?s).+");
        }
    }
}
