package io.fanatic.cli.container.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.http.ScriptedServer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What LXD does only when it is in trouble, by a server that answers what it is told to. */
class LxdApiTest {
    private static final String DESCRIPTION =
            "{'metadata': {'auth': 'trusted', 'api_extensions': ['instances'], 'environment': {'server_version': '5.0'}}}";
    private static final String RUNNING = "{'metadata': {'status': 'Running'}}";
    private static final String STOPPED = "{'metadata': {'status': 'Stopped'}}";
    private static final String BEGUN = "{'operation': '/1.0/operations/1'}";
    private static final String DONE = "{'metadata': {'status_code': 200}}";
    private static final String BUSY = "{'type': 'error', 'error': 'Instance is running'}";
    private static final String GAVE_UP = "{'metadata': {'status_code': 400, 'err': 'context deadline exceeded'}}";

    @TempDir
    Path directory;

    @Test
    void anInstanceWhoseStopTheEngineGaveUpIsStoppedOnceMore() throws Exception {
        assertThat(destroying(RUNNING, BEGUN, GAVE_UP, RUNNING, BEGUN, DONE, BEGUN, DONE))
                .containsSubsequence(
                        "PUT /1.0/instances/fanatic-test/state",
                        "PUT /1.0/instances/fanatic-test/state",
                        "DELETE /1.0/instances/fanatic-test");
    }

    @Test
    void anInstanceThatStoppedAfterTheEngineGaveUpIsRemoved() throws Exception {
        assertThat(destroying(RUNNING, BEGUN, GAVE_UP, STOPPED, BEGUN, DONE))
                .containsOnlyOnce("PUT /1.0/instances/fanatic-test/state")
                .contains("DELETE /1.0/instances/fanatic-test");
    }

    @Test
    void anInstanceThatIsStillEndingIsRemovedOnceItHasEnded() throws Exception {
        assertThat(destroying(STOPPED, BUSY, RUNNING, BEGUN, GAVE_UP, STOPPED, BEGUN, GAVE_UP, STOPPED, BEGUN, DONE))
                .endsWith("DELETE /1.0/instances/fanatic-test", "GET /1.0/operations/1/wait?timeout=1");
    }

    @Test
    void anInstanceThatDoesNotStopIsAnErrorAndStays() {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < LxdApi.ATTEMPTS; i++) {
            answers.addAll(List.of(RUNNING, BEGUN, GAVE_UP));
        }
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> destroying(answers.toArray(String[]::new)))
                .withMessage("LXD could not stop the instance fanatic-test: context deadline exceeded");
    }

    /** Gives these answers in turn, and returns the requests. */
    private List<String> destroying(String... answers) throws Exception {
        Path socket = directory.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            List<String> script = new ArrayList<>(List.of(DESCRIPTION));
            script.addAll(List.of(answers));
            CompletableFuture<List<String>> requests = CompletableFuture.supplyAsync(() -> serve(server, script));
            try (LxdApi lxd = LxdApi.open(EngineKind.LXD, socket)) {
                lxd.destroy("fanatic-test");
            }
            return requests.get();
        }
    }

    private static List<String> serve(ServerSocketChannel server, List<String> answers) {
        List<String> requests = new ArrayList<>();
        for (String answer : answers) {
            String body = answer.replace('\'', '"');
            String status = answer.equals(BUSY) ? "400 Bad Request" : "200 OK";
            String http = "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            requests.add(ScriptedServer.answer(server, http).split(" HTTP", 2)[0]);
        }
        return requests;
    }

    @Test
    void instancesAreReadOffWhatUsesAProfile() {
        assertThat(LxdApi.Instance.parse("/1.0/instances/c1").orElseThrow().toString())
                .isEqualTo("c1");
        LxdApi.Instance other =
                LxdApi.Instance.parse("/1.0/instances/c2?project=p").orElseThrow();
        assertThat(other.toString()).isEqualTo("c2 (project p)");
        assertThat(other.path()).isEqualTo("/1.0/instances/c2?project=p");
        assertThat(LxdApi.Instance.parse("/1.0/profiles/x")).isEmpty();
    }
}
