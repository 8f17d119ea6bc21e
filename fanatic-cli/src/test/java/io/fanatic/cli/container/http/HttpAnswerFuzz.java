package io.fanatic.cli.container.http;

import io.fanatic.cli.command.CommandException;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * Any bytes as a container engine's answer over HTTP, whole and line by line, in pieces as a socket cuts them. The answer
 * comes or fails with words for a person. Documented: {@link CommandException}.
 */
public final class HttpAnswerFuzz {
    private static final int MOST = 4096;

    private HttpAnswerFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        answer(data, new WholeAnswer("the answer", MOST)).ifPresent(HttpAnswerFuzz::use);
        List<String> lines = new ArrayList<>();
        answer(data, new LineAnswer("the answer", lines::add, Duration.ofMinutes(1)))
                .ifPresent(HttpAnswerFuzz::use);
        lines.forEach(line -> use(new HttpAnswer("a line", 200, line)));
    }

    private static Optional<HttpAnswer> answer(byte[] data, Answer<?> answer) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpClientCodec());
        answer.addTo(channel.pipeline());
        int piece = data.length == 0 ? 1 : (data[data.length - 1] & 0xff) + 1;
        for (int at = 0;
                at < data.length && channel.isActive() && !answer.result().isDone();
                at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(data, at, Math.min(piece, data.length - at)));
        }
        channel.finishAndReleaseAll();
        if (!answer.result().isDone()) {
            throw new AssertionError("whoever waits for this waits for ever");
        }
        try {
            return Optional.of(answer.result().get());
        } catch (ExecutionException e) {
            if (SocketTrouble.description(e.getCause()).isEmpty()) {
                throw new AssertionError("no words", e);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return Optional.empty();
    }

    private static void use(HttpAnswer answer) {
        String reason = answer.reason();
        if (reason.chars().anyMatch(Character::isISOControl)) {
            throw new AssertionError("unfit for a terminal: " + reason);
        }
        try {
            answer.orThrow("the engine", "answer").json().texts();
        } catch (CommandException documented) {
            // Not JSON, or an error.
        }
    }
}
