package io.fanatic.cli.container.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpObject;
import java.io.EOFException;
import java.util.concurrent.CompletableFuture;

/** What collects an answer from a channel; whatever goes wrong there is the result's failure. */
abstract class Answer<T extends HttpObject> extends SimpleChannelInboundHandler<T> {
    private final String what;
    private final CompletableFuture<HttpAnswer> result = new CompletableFuture<>();

    /** @param what whose answer to what */
    Answer(String what) {
        this.what = what;
    }

    final String what() {
        return what;
    }

    /** Adds its handlers behind the HTTP codec. */
    abstract void addTo(ChannelPipeline pipeline);

    final CompletableFuture<HttpAnswer> result() {
        return result;
    }

    final void complete(int status, String body) {
        result.complete(new HttpAnswer(what, status, body));
    }

    final void fail(Throwable cause) {
        result.completeExceptionally(cause);
    }

    /** A part that could be decoded. */
    abstract void received(T part);

    @Override
    protected final void channelRead0(ChannelHandlerContext context, T part) {
        if (part.decoderResult().isFailure()) {
            fail(part.decoderResult().cause());
        } else {
            received(part);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new EOFException());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
    }
}
