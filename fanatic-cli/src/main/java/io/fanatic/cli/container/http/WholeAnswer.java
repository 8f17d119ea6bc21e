package io.fanatic.cli.container.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** An answer that is read to its end, up to a size. */
final class WholeAnswer extends SimpleChannelInboundHandler<FullHttpResponse> implements Answer {
    private final String what;
    private final int mostBytes;
    private final CompletableFuture<HttpAnswer> result = new CompletableFuture<>();

    WholeAnswer(String what, int mostBytes) {
        this.what = what;
        this.mostBytes = mostBytes;
    }

    @Override
    public String what() {
        return what;
    }

    @Override
    public void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpObjectAggregator(mostBytes)).addLast(this);
    }

    @Override
    public CompletableFuture<HttpAnswer> result() {
        return result;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        if (response.decoderResult().isFailure()) {
            fail(response.decoderResult().cause());
            return;
        }
        result.complete(new HttpAnswer(
                what, response.status().code(), response.content().toString(StandardCharsets.UTF_8)));
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
