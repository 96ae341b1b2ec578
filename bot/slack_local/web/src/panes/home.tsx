import { type ReactNode, useEffect } from "react";
import { Blocks } from "../blocks/blocks";
import { SurfaceContext } from "../blocks/surface";
import { store, useStore } from "../store";
import { useViewSurface } from "../surfaces";
import type { View } from "../types";
import { Icon } from "../icons";

export function HomePane(): ReactNode {
  const home = useStore((state) => state.screen.home);
  const bot = useStore((state) => state.users[state.bot]);
  const me = useStore((state) => state.me);
  useEffect(() => {
    void store.do("home");
  }, [me]);
  return (
    <section className="pane" aria-label="Home">
      <header className="pane-head">
        <a className="back" href="#/" aria-label="All conversations">
          <Icon name="back" />
        </a>
        <h1>{bot?.real_name} · Home</h1>
      </header>
      <div className="list home">
        {home ? <Home key={home.id} view={home} /> : <p className="faint">The app has published nothing here yet.</p>}
      </div>
    </section>
  );
}

function Home({ view }: { view: View }): ReactNode {
  const [, surface] = useViewSurface(view, false);
  return (
    <SurfaceContext.Provider value={surface}>
      <Blocks blocks={view.blocks} />
    </SurfaceContext.Provider>
  );
}
