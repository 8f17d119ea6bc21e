package io.fanatic.cli.container.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fanatic.cli.command.CommandException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that may do anything; real engines are in the other tests. */
class UnixHttpTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    @TempDir
    Path directory;

    private Path socket;
    private ServerSocketChannel server;
    private UnixHttp http;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("s");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        http = UnixHttp.open("Docker", socket);
    }

    @AfterEach
    void close() throws IOException {
        http.close();
        server.close();
    }

    /** Answers the next request with these bytes and hangs up; tells what the request was. */
    private CompletableFuture<String> answer(String text) {
        return CompletableFuture.supplyAsync(() -> ScriptedServer.answer(server, text));
    }

    private void fails(String words) {
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> http.get("/x?y=1"))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines())
                        .as("one sentence")
                        .hasSize(1))
                .withMessageContaining(words);
    }

    @Test
    void aChunkedAnswerIsPutTogetherAndAnErrorIsAnAnswer() throws Exception {
        CompletableFuture<String> request =
                answer(OK + "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n");
        assertThat(http.get("/x").json().number("a")).hasValue(1);
        assertThat(request.get()).startsWith("GET /x HTTP/1.1\r\n").contains("connection: close", "host: localhost");

        answer("HTTP/1.1 409 Conflict\r\nContent-Length: 28\r\n\r\n{\"message\":\"in\\nuse\\u0007.\"}");
        HttpAnswer no = http.post("/x");
        assertThat(no.status()).isEqualTo(409);
        assertThat(no.reason()).isEqualTo("in use");
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> no.orThrow("Docker", "do it"))
                .withMessage("Docker could not do it: in use");
    }

    @Test
    void whatIsNotHttpOrBreaksOffOrIsTooLargeIsOneSentence() {
        answer("SSH-2.0-OpenSSH_9\r\n\r\n");
        fails("Docker's answer to GET /x did not come: ");
        answer(OK + "Content-Length: 100\r\n\r\nshort");
        fails("Docker's answer to GET /x did not come: ");
        answer("");
        fails("the connection ended");
        answer(OK + "Content-Length: 99999999\r\n\r\n");
        fails("it is too large");
    }

    @Test
    void aSocketThatIsGoneOrThatNobodyListensOnIsOneSentence() throws IOException {
        server.close();
        fails("Docker does not answer on " + socket + ": nobody listens there");
        Files.delete(socket);
        fails("Docker does not answer on " + socket + ": the socket is gone");
    }

    @Test
    void jsonIsReadStrictly() {
        for (String text : List.of("{'a':1}", "{\"a\":1", "{} {}", "", "{a:1}", "[".repeat(100_000))) {
            assertThatExceptionOfType(CommandException.class)
                    .as(text.substring(0, Math.min(9, text.length())))
                    .isThrownBy(() -> Json.parse("the answer", text))
                    .withMessage("the answer is not JSON");
        }
        Json json = Json.parse("the answer", "{\"n\":1.5,\"t\":\"x\",\"l\":null}");
        assertThat(json.number("n")).isEmpty();
        assertThat(json.at("l").list()).isEmpty();
        assertThat(json.at("t", "deeper").isAbsent()).isTrue();
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> json.text("n"))
                .withMessage("the answer makes no sense: a text \"n\" is missing");
    }

    @Test
    void linesComeOneByOneAndAnErrorAsAWhole() {
        List<String> lines = new ArrayList<>();
        answer(OK + "Transfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n5\r\ntwo\r\n\r\n3\r\nend\r\n0\r\n\r\n");
        assertThat(http.postForLines("/x", lines::add, Duration.ofMinutes(1)).ok())
                .isTrue();
        assertThat(lines).containsExactly("one", "two", "end");

        answer("HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n{\"message\":\n\"\"}");
        assertThat(http.postForLines("/x", lines::add, Duration.ofMinutes(1)).status())
                .isEqualTo(404);
        assertThat(lines).hasSize(3);
    }
}
