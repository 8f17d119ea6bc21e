package io.fanatic.cli.container.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An answer that comes line by line over a long time; an error still comes as a whole. */
final class LineAnswer extends Answer<HttpObject> {
    private static final int LONGEST_LINE = 1 << 20;

    private final Consumer<String> lines;
    private final Duration quiet;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int status;

    LineAnswer(String what, Consumer<String> lines, Duration quiet) {
        super(what);
        this.lines = lines;
        this.quiet = quiet;
    }

    @Override
    void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(new ReadTimeoutHandler(quiet.toMillis(), TimeUnit.MILLISECONDS))
                .addLast(this);
    }

    @Override
    void received(HttpObject part) {
        if (part instanceof HttpResponse response) {
            status = response.status().code();
        }
        if (part instanceof HttpContent content) {
            take(content.content());
        }
        if (part instanceof LastHttpContent) {
            String rest = line.toString(StandardCharsets.UTF_8);
            if (ok()) {
                pass();
            }
            complete(status, ok() ? "" : rest);
        }
    }

    private boolean ok() {
        return status >= 200 && status < 300;
    }

    private void take(ByteBuf content) {
        while (content.isReadable()) {
            byte b = content.readByte();
            if (b == '\n' && ok()) {
                pass();
            } else if (line.size() == LONGEST_LINE) {
                throw new TooLongFrameException("a line of more than " + LONGEST_LINE + " bytes");
            } else {
                line.write(b);
            }
        }
    }

    private void pass() {
        String text = line.toString(StandardCharsets.UTF_8).strip();
        line.reset();
        if (!text.isEmpty()) {
            lines.accept(text);
        }
    }
}
