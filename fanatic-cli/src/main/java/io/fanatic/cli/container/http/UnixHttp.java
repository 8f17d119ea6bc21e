package io.fanatic.cli.container.http;

import com.google.gson.JsonElement;
import io.fanatic.cli.command.CommandException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Asks an engine over its unix socket; each request has a connection of its own. Close it before the program ends: a loop
 * still waiting in the kernel delays the JVM's exit.
 *
 * <pre>{@code
 * try (UnixHttp docker = UnixHttp.open("Docker", Path.of("/run/docker.sock"))) {
 *     String version = docker.get("/version").json().text("Version");
 * }
 * }</pre>
 *
 * <p>Every request throws {@link CommandException} with one sentence when the engine does not answer in time, answers with
 * too much, or not in HTTP. An answer that says no is an answer.
 */
public final class UnixHttp implements AutoCloseable {

    /** The largest answer that is read, bytes. A thousand containers in full are some 3 MB. */
    public static final int MAX_BYTES = 16 << 20;

    /** How long an engine may take for an answer; it may have to stop a container meanwhile. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final String engine;
    private final Path socket;
    private final EventLoopGroup group;

    private UnixHttp(String engine, Path socket, EventLoopGroup group) {
        this.engine = engine;
        this.socket = socket;
        this.group = group;
    }

    /**
     * Starts the event loop; nothing is connected yet.
     *
     * @param engine who is asked, for messages
     * @param socket as the calling thread's mount namespace has it
     */
    public static UnixHttp open(String engine, Path socket) {
        // Netty would look through the network interfaces for a hardware address, and warn where there is none.
        if (System.getProperty("io.netty.machineId") == null) {
            System.setProperty("io.netty.machineId", "02:00:00:00:00:00:00:01");
        }
        return new UnixHttp(engine, socket, new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()));
    }

    public HttpAnswer get(String path) {
        return send(HttpMethod.GET, path, "", "", PATIENCE);
    }

    public HttpAnswer post(String path, JsonElement body) {
        return send(HttpMethod.POST, path, body.toString(), "application/json", PATIENCE);
    }

    public HttpAnswer post(String path) {
        return send(HttpMethod.POST, path, "", "", PATIENCE);
    }

    public HttpAnswer put(String path, JsonElement body) {
        return send(HttpMethod.PUT, path, body.toString(), "application/json", PATIENCE);
    }

    public HttpAnswer patch(String path, JsonElement body) {
        return send(HttpMethod.PATCH, path, body.toString(), "application/json", PATIENCE);
    }

    public HttpAnswer delete(String path) {
        return send(HttpMethod.DELETE, path, "", "", PATIENCE);
    }

    public HttpAnswer putTar(String path, byte[] archive) {
        return send(HttpMethod.PUT, path, archive, "application/x-tar", PATIENCE);
    }

    private HttpAnswer send(HttpMethod method, String path, String body, String type, Duration timeout) {
        return send(method, path, body.getBytes(StandardCharsets.UTF_8), type, timeout);
    }

    private HttpAnswer send(HttpMethod method, String path, byte[] body, String type, Duration timeout) {
        WholeAnswer answer = new WholeAnswer(what(method, path), MAX_BYTES);
        exchange(request(method, path, body, type), answer, timeout);
        return await(answer, timeout);
    }

    /**
     * Posts, and passes on each line of the answer as it comes, such as the progress of a pull.
     *
     * @param quiet how long there may be no line
     * @return the status, with the whole body in place of lines when it is an error
     */
    public HttpAnswer postForLines(String path, Consumer<String> lines, Duration quiet) {
        LineAnswer answer = new LineAnswer(what(HttpMethod.POST, path), lines, quiet);
        exchange(request(HttpMethod.POST, path, new byte[0], ""), answer, quiet);
        // The handler watches for silence; how long a pull takes in all is the person's affair, who can interrupt.
        return await(answer, Duration.ofHours(6));
    }

    /**
     * The process that made the socket: the engine, or the init system that started it for the first connection.
     *
     * @return its number as this process sees it; 0 when it is in a PID namespace that this one cannot see
     */
    public int peer() {
        Channel channel = connect(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                // Nothing is asked.
            }
        });
        try {
            return ((EpollDomainSocketChannel) channel).peerCredentials().pid();
        } catch (IOException e) {
            throw CommandException.failed("cannot tell whose socket " + socket + " is: " + e.getMessage());
        } finally {
            channel.close().syncUninterruptibly();
        }
    }

    private DefaultFullHttpRequest request(HttpMethod method, String path, byte[] body, String type) {
        DefaultFullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path, Unpooled.wrappedBuffer(body));
        request.headers()
                .set(HttpHeaderNames.HOST, "localhost")
                .set(HttpHeaderNames.USER_AGENT, "fanatic")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (!type.isEmpty()) {
            request.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        }
        return request;
    }

    private void exchange(DefaultFullHttpRequest request, Answer<?> answer, Duration timeout) {
        Channel channel;
        try {
            channel = connect(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpClientCodec());
                    answer.addTo(channel.pipeline());
                }
            });
        } catch (CommandException e) {
            request.release();
            throw e;
        }
        answer.result().whenComplete((done, failed) -> channel.close());
        channel.writeAndFlush(request).addListener(written -> {
            if (!written.isSuccess()) {
                answer.fail(written.cause());
            }
        });
    }

    private Channel connect(ChannelInitializer<Channel> initializer) {
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .handler(initializer)
                .connect(new DomainSocketAddress(socket.toFile()));
        if (!connected.awaitUninterruptibly(CONNECT.toMillis()) || !connected.isSuccess()) {
            connected.cancel(true);
            Throwable cause = connected.cause();
            throw CommandException.failed(
                    engine + " does not answer on " + socket + ": " + SocketTrouble.description(cause));
        }
        return connected.channel();
    }

    private HttpAnswer await(Answer<?> answer, Duration timeout) {
        try {
            return answer.result().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.fail(e);
            throw failure(answer, "nothing came for " + timeout.toSeconds() + " seconds");
        } catch (ExecutionException e) {
            throw failure(answer, SocketTrouble.description(e.getCause()));
        } catch (InterruptedException e) {
            answer.fail(e);
            Thread.currentThread().interrupt();
            throw failure(answer, "interrupted");
        }
    }

    private static CommandException failure(Answer<?> answer, String words) {
        return CommandException.failed(answer.what() + " did not come: " + words);
    }

    private String what(HttpMethod method, String path) {
        int query = path.indexOf('?');
        return engine + "'s answer to " + method + " " + (query < 0 ? path : path.substring(0, query));
    }

    /** Closes what is still open and ends the thread; waits for both. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
