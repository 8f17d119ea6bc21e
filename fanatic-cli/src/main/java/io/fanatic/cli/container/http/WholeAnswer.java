package io.fanatic.cli.container.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.nio.charset.StandardCharsets;

/** An answer that is read to its end, up to a size. */
final class WholeAnswer extends Answer<FullHttpResponse> {
    private final int mostBytes;

    WholeAnswer(String what, int mostBytes) {
        super(what);
        this.mostBytes = mostBytes;
    }

    @Override
    void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpObjectAggregator(mostBytes)).addLast(this);
    }

    @Override
    void received(FullHttpResponse response) {
        complete(response.status().code(), response.content().toString(StandardCharsets.UTF_8));
    }
}
